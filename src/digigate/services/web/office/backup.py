"""`/system/backup`: the whole configuration as one sealed file, and back again (§5)."""

import base64
from typing import Any

from aiohttp import web

from digigate.services.web.markup import Html, Part, button, element, notice
from digigate.services.web.office.desk import Deed, Desk
from digigate.services.web.office.parts import chooser, facts, hint, secret, section
from digigate.services.web.office.sent import Misfilled, Sent
from digigate.services.web.office.system import SYSTEM, system_tabs
from digigate.services.web.office.waiting import waiting

BACKUP = f"{SYSTEM}/backup"
SAVE, LOOK, RESTORE = f"{BACKUP}/save", f"{BACKUP}/look", f"{BACKUP}/restore"


async def backup(desk: Desk) -> web.Response:
    """Where a backup is made, looked into and restored."""
    main: list[Part] = [_save(desk), _look(desk), _restore(desk)]
    if desk.answer is not None:
        main.insert(0, _found(desk, desk.answer))
    return desk.page(desk.said("plain.page.system"), *main, tabs=system_tabs(desk, BACKUP))


def _save(desk: Desk) -> Html:
    said = desk.said
    form = desk.form(SAVE, _passphrase(desk, "save"), button(said("office.backup.do")))
    return section(said("office.backup"), hint(said("office.backup.help")), form)


def _look(desk: Desk) -> Html:
    said = desk.said
    form = desk.form(
        LOOK,
        _file(desk, "look"),
        _passphrase(desk, "look"),
        button(said("office.look.do")),
        files=True,
    )
    return section(said("office.look"), hint(said("office.look.help")), form)


def _restore(desk: Desk) -> Html:
    said = desk.said
    go = button(said("office.restore.do"), class_="grave")
    form = desk.form(RESTORE, _file(desk, "restore"), _passphrase(desk, "restore"), go, files=True)
    return section(said("office.restore"), hint(said("office.restore.help")), form)


def _file(desk: Desk, form: str) -> Html:
    return chooser(desk.said("office.restore.file"), f"{form}_file", ".backup")


def _passphrase(desk: Desk, form: str) -> Html:
    return secret(desk.said("office.backup.passphrase"), f"{form}_passphrase", "off")


def _found(desk: Desk, told: dict[str, Any]) -> Html:
    """What is in a backup, and what would change."""
    said, changes = desk.said, told["changes"]
    plate = facts(
        (
            (said("office.look.made"), desk.moment(told["made"])),
            (said("office.look.release"), told["release"]),
            (said("office.look.model"), told["model"]),
        )
    )
    items = (element("li", element("code", f"{c['part']}: {c['what']}")) for c in changes)
    listed = element("ul", *items) if changes else notice(said("office.look.same"))
    return section(said("office.look.found"), plate, listed)


async def _saved(desk: Desk, form: Sent) -> Any:  # noqa: ANN401 -- JSON
    return await desk.ask("backup", passphrase=form.secret("save_passphrase"))


async def _download(desk: Desk) -> web.Response:
    """The file itself; the page where it was refused."""
    if desk.refusal is not None:
        return await backup(desk)
    headers = {
        "Content-Disposition": f'attachment; filename="{desk.answer["name"]}"',
        "Cache-Control": "no-store",
    }
    body = base64.b64decode(desk.answer["data"])
    return web.Response(body=body, content_type="application/octet-stream", headers=headers)


async def _looked(desk: Desk, form: Sent) -> Any:  # noqa: ANN401 -- JSON
    return await _asked(desk, form, "look", preview=True)


async def _restored(desk: Desk, form: Sent) -> Any:  # noqa: ANN401 -- JSON
    return await _asked(desk, form, "restore", preview=False)


async def _asked(desk: Desk, form: Sent, name: str, *, preview: bool) -> Any:  # noqa: ANN401
    file = form.files.get(f"{name}_file")
    if file is None:
        raise Misfilled(desk.said("office.restore.choose"), {})
    data = base64.b64encode(file).decode()
    secret_ = form.secret(f"{name}_passphrase")
    return await desk.ask("restore", data=data, passphrase=secret_, preview=preview)


DEEDS = (
    Deed(SAVE, _saved, _download, "", BACKUP, shown=True),
    Deed(LOOK, _looked, backup, "", BACKUP, shown=True),
    Deed(RESTORE, _restored, waiting(backup, SYSTEM, "office.restore"), "", BACKUP, shown=True),
)
