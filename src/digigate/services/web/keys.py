"""What handlers find in the application."""

from aiohttp import web

from digigate.services.web.pages import Site
from digigate.services.web.stream import Feed
from digigate.services.web.view import View

VIEW = web.AppKey("view", View)
FEED = web.AppKey("feed", Feed)
SITE = web.AppKey("site", Site)
