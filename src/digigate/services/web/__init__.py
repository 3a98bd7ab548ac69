"""HTTPS: the pages, the JSON API and the live stream."""

from digigate.services.web.entrance import Entrance
from digigate.services.web.redirect import Redirect
from digigate.services.web.route import Route
from digigate.services.web.routes import ROUTES
from digigate.services.web.server import Ground, WebServer
from digigate.services.web.view import View

__all__ = ["ROUTES", "Entrance", "Ground", "Redirect", "Route", "View", "WebServer"]
