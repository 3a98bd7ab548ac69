"""HTTPS: the pages, the JSON API and the live stream."""

from digigate.services.web.server import WebServer
from digigate.services.web.view import View

__all__ = ["View", "WebServer"]
