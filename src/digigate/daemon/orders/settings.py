"""`settings…`: fields of the tree by their dotted paths, told, set and reset."""

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


class Values(Arguments):
    """Fields and their values, as JSON or as typed."""

    values: dict[str, Any]

    @field_serializer("values")
    def _hidden(self, values: dict[str, Any]) -> dict[str, Any]:
        """As audit lines have it."""
        return {path: DOTS if is_secret(path) else value for path, value in values.items()}


class Resetting(Arguments):
    """A field or a section."""

    path: str


def enter_settings(commands: Commands, keeper: SettingsKeeper) -> None:
    """Read, set one or several at once, reset; a change acts before the answer comes."""

    async def show(asked: OfPath) -> Json:
        return {"fields": _fields(keeper, asked.path), "pending": list(keeper.pending())}

    async def put(asked: Setting) -> Json:
        before = _values(keeper, asked.path)
        return _applied(keeper, before, keeper.kept.set(asked.path, asked.value))

    async def put_all(asked: Values) -> Json:
        before = _values(keeper, *asked.values)
        return _applied(keeper, before, keeper.kept.set_all(asked.values))

    async def reset(asked: Resetting) -> Json:
        before = _values(keeper, asked.path)
        return _applied(keeper, before, keeper.kept.reset(asked.path))

    commands.add(Command("settings", OfPath, show, ADMINISTRATORS, audited=False))
    commands.add(
        Command("settings.set", Setting, put, ADMINISTRATORS, rights=lambda a: _who(a.path))
    )
    commands.add(
        Command("settings.put", Values, put_all, ADMINISTRATORS, rights=lambda a: _who(*a.values))
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


def _applied(keeper: SettingsKeeper, before: dict[str, Any], file: Path | None) -> dict[str, Any]:
    keeper.act()
    after = _values(keeper, *before)
    return {
        "changes": [
            {"path": name, "old": _shown(name, old), "new": _shown(name, after[name])}
            for name, old in before.items()
            if old != after[name]
        ],
        "file": str(file) if file else None,
        "pending": list(keeper.pending()),
    }


def _values(keeper: SettingsKeeper, *paths: str) -> dict[str, Any]:
    return {
        field.path: value_at(keeper.kept.current, field.path)
        for path in paths
        for field in fields_under(path)
    }


def _shown(path: str, value: object) -> object:
    return (DOTS if value else "") if is_secret(path) else value


def _who(*paths: str) -> frozenset[Profile]:
    """The profiles that may change every field of these paths; nobody where there is none."""
    try:
        named = [field for path in paths for field in fields_under(path)]
        return frozenset.intersection(ADMINISTRATORS, *map(changers, named))
    except SettingsError:
        return ADMINISTRATORS  # the effect says what is wrong with the path
