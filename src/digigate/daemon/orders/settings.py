"""`settings`, `settings.set`, `settings.reset`: one field of the tree by its dotted path."""

from pathlib import Path
from typing import Any

from pydantic import field_serializer

from digigate.commands import Arguments, Command, Commands, Json
from digigate.daemon.keeping import SettingsKeeper
from digigate.errors import SettingsError
from digigate.settings.by_path import (
    DOTS,
    changers,
    fields_under,
    is_secret,
    shown_at,
    value_at,
)
from digigate.settings.profiles import ADMINISTRATORS, Profile


class OfPath(Arguments):
    """A field or a section; empty = everything."""

    path: str = ""


class Setting(Arguments):
    """A field and its value, as JSON or as typed."""

    path: str
    value: Any

    @field_serializer("value")
    def _hidden(self, value: object) -> object:
        """As audit lines have it."""
        return DOTS if is_secret(self.path) else value


class Resetting(Arguments):
    """A field or a section."""

    path: str


def enter_settings(commands: Commands, keeper: SettingsKeeper) -> None:
    """Read, set and reset, each by path; a change acts before the answer comes."""

    async def show(asked: OfPath) -> Json:
        return {"fields": _fields(keeper, asked.path), "pending": list(keeper.pending())}

    async def put(asked: Setting) -> Json:
        before = _values(keeper, asked.path)
        file = keeper.kept.set(asked.path, asked.value)
        return _applied(keeper, asked.path, before, file)

    async def reset(asked: Resetting) -> Json:
        before = _values(keeper, asked.path)
        file = keeper.kept.reset(asked.path)
        return _applied(keeper, asked.path, before, file)

    commands.add(Command("settings", OfPath, show, ADMINISTRATORS, audited=False))
    commands.add(
        Command("settings.set", Setting, put, ADMINISTRATORS, rights=lambda a: _who(a.path))
    )
    commands.add(
        Command("settings.reset", Resetting, reset, ADMINISTRATORS, rights=lambda a: _who(a.path))
    )


def _fields(keeper: SettingsKeeper, path: str) -> list[Any]:
    return [
        {
            "path": field.path,
            "value": shown_at(keeper.kept.current, field),
            "default": field.default,
            "allowed": field.allowed(),
            "unit": field.unit,
            "change": field.access.change,
            "reboot": field.access.reboot,
        }
        for field in fields_under(path)
    ]


def _applied(
    keeper: SettingsKeeper, path: str, before: dict[str, Any], file: Path | None
) -> dict[str, Any]:
    keeper.act()
    after = _values(keeper, path)
    return {
        "changes": [
            {"path": name, "old": _shown(name, old), "new": _shown(name, after[name])}
            for name, old in before.items()
            if old != after[name]
        ],
        "file": str(file) if file else None,
        "pending": list(keeper.pending()),
    }


def _values(keeper: SettingsKeeper, path: str) -> dict[str, Any]:
    return {field.path: value_at(keeper.kept.current, field.path) for field in fields_under(path)}


def _shown(path: str, value: object) -> object:
    return (DOTS if value else "") if is_secret(path) else value


def _who(path: str) -> frozenset[Profile]:
    """The profiles that may change every field of this path; nobody where there is none."""
    try:
        return frozenset.intersection(*map(changers, fields_under(path)))
    except SettingsError:
        return ADMINISTRATORS  # the effect says what is wrong with the path
