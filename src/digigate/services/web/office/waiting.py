"""The page after an order that restarts the gateway: it comes back by itself."""

from aiohttp import web

from digigate.services.web.markup import element
from digigate.services.web.office.desk import Desk, Page
from digigate.services.web.office.parts import hint
from digigate.services.web.office.shown import script

PATIENCE = 20  # seconds until a browser without scripts looks whether the gateway is back


def waiting(page: Page, back: str, title: str) -> Page:
    """Waits for the gateway and leads back; `page` shows why it did not come to that."""

    async def wait(desk: Desk) -> web.Response:
        if desk.refusal is not None:
            return await page(desk)
        said = desk.said
        main = element(
            "section",
            element("p", said("office.waiting"), role="status", data_returns=back),
            hint(said("office.waiting.help", seconds=PATIENCE)),
            script(),
        )
        response = desk.page(said(title), main)
        response.headers["Refresh"] = f"{PATIENCE}; url={back}"
        return response

    return wait
