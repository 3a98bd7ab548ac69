"""A secret that is told once: text to select, and a button that copies it where scripts run."""

from pathlib import Path

from aiohttp import web

from digigate.services.web.markup import Html, element, notice
from digigate.services.web.plain import Talk

SCRIPT = Path(__file__).with_name("office.js")
SCRIPT_PATH = "/office.js"


def shown_once(said: Talk, secret: str) -> Html:
    """The secret; nobody can see it again."""
    return element(
        "div",
        notice(said("office.once")),
        element("p", element("code", secret, class_="secret", id="secret")),
        element(
            "button",
            said("office.copy"),
            type="button",
            class_="plain",
            hidden=True,
            data_copies="secret",
            data_copied=said("office.copied"),
        ),
        script(),
        class_="once",
    )


def script() -> Html:
    """Our one small script; whatever it does, the page is whole without it."""
    return element("script", src=SCRIPT_PATH, defer=True)


async def script_file(_: web.Request) -> web.StreamResponse:
    """The script itself."""
    headers = {"Cache-Control": "no-cache"}
    return web.FileResponse(SCRIPT, headers={**headers, "Content-Type": "text/javascript"})
