"""`/system/reset`: everything that was configured is forgotten, once the word is typed (§11.1)."""

from aiohttp import web

from digigate.services.web.markup import button, field
from digigate.services.web.office.desk import Deed, Desk
from digigate.services.web.office.parts import hint, section
from digigate.services.web.office.sent import Misfilled, Sent
from digigate.services.web.office.system import SYSTEM, system_tabs
from digigate.services.web.office.waiting import waiting

RESET = f"{SYSTEM}/reset"
FORGET = f"{RESET}/forget"
WORD = "RESET"


async def reset(desk: Desk) -> web.Response:
    """What would be lost, and where the word is typed."""
    said = desk.said
    typed = field(
        said("office.reset.word", word=WORD),
        "word",
        autocomplete="off",
        required=True,
        value=desk.typed(FORGET, "word"),
    )
    form = desk.form(FORGET, typed, button(said("office.reset.do"), class_="grave"))
    main = section(said("office.reset"), hint(said("office.reset.help")), form)
    return desk.page(said("plain.page.system"), main, tabs=system_tabs(desk, RESET))


async def _forget(desk: Desk, form: Sent) -> None:
    if form["word"] != WORD:
        raise Misfilled(desk.said("office.reset.wrong", word=WORD), {})
    await desk.ask("gateway.factory-reset")


DEEDS = (Deed(FORGET, _forget, waiting(reset, SYSTEM, "office.reset"), "", RESET, shown=True),)
