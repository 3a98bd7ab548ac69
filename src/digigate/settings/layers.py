"""The settings as the user wants them: his file, and over it what was set at a running gateway."""

import re
from collections.abc import Callable, Collection, Mapping
from functools import reduce
from pathlib import Path
from typing import Any, Protocol

from digigate.errors import SettingsError
from digigate.settings.by_path import (
    field_named,
    fields_under,
    reboot_fields,
    value_at,
    value_for,
    where_of,
)
from digigate.settings.explaining import made
from digigate.settings.file import SettingsFile
from digigate.settings.form import FieldKind, FormField
from digigate.settings.patching import Where, has, overlaid, says_nothing, with_value, without
from digigate.settings.sections import Settings
from digigate.settings.sections.fields import REFERENCE, Secret

Check = Callable[[Settings, Settings], None]


class Safe(Protocol):
    """Where the clear values of secret fields go."""

    def put(self, path: str, secret: str) -> str:
        """Keep a secret of the field at this path; returns the reference to it."""

    def keep_only(self, references: Collection[str]) -> None:
        """Forget what nothing refers to any more."""


class NoSafe:
    """Takes no secret."""

    def put(self, path: str, _: str) -> str:
        """Raises SettingsError."""
        raise SettingsError(f"{path} is a secret, and there is no vault to put it into")

    def keep_only(self, _: Collection[str]) -> None:
        """Nothing was kept."""


class SettingsLayer(SettingsFile):
    """A file that holds only what differs from the settings under it; it may be missing."""

    def __init__(self, path: Path, under: Settings) -> None:
        super().__init__(path)
        self._under = under

    def _missing(self) -> Settings:
        return self._under

    def _migrated(self, data: object) -> dict[str, Any]:
        return overlaid(self._under.model_dump(mode="json"), super()._migrated(data))


class KeptSettings:
    """`current` is what the files say; `set` and `reset` change fields and write them down.

    A field is written to the user's own file, where there is one that may be written and nothing
    lies over it; else to the layer, which is read again at the next start.
    """

    def __init__(
        self, given: Settings, file: Path | None, layer: Path, safe: Safe | None = None
    ) -> None:
        self.given = given  # what lies under the layer
        self._safe = safe or NoSafe()
        self.check: Check = _anything
        """Called with the former and the wanted settings; raises SettingsError for what breaks."""
        self._file = SettingsFile(file) if file else None
        self._layer = layer
        self.current = self._over(given).load()

    def reload(self) -> None:
        """Read the files again.

        Raises:
            SettingsError: they are wrong, or the plant cannot be served so; the former stay.
        """
        given = self._file.load() if self._file else self.given
        wanted = self._over(given).load()
        self.check(self.current, wanted)
        self.given, self.current = given, wanted

    def set(self, path: str, value: object) -> Path:
        """Give one field another value; returns the file that it was written to.

        Raises:
            SettingsError: no such field, the value is not allowed, what it would break, or it
                cannot be written; the former value stays.
        """
        return self.set_all({path: value})

    def set_all(self, values: Mapping[str, object]) -> Path:
        """As `set` for several fields in one write: all of them or none."""
        try:
            meant = {where_of(path): self._meant(path, value) for path, value in values.items()}
            return self._write(lambda text: reduce(_with, meant.items(), text))
        finally:
            self._tidy()

    def reset(self, path: str) -> Path | None:
        """Give a field, or all of a section, its former or default value; raises as `set`.

        Returns the file that said otherwise, or None where none did.
        """
        fields_under(path)
        try:
            return self._reset(path)
        finally:
            self._tidy()

    def _meant(self, path: str, value: object) -> object:
        field = field_named(path)
        meant = value_for(field, value)
        if field.kind is FieldKind.SECRET and meant != "":
            return self._safe.put(path, _clear(field, meant))
        return meant

    def _reset(self, path: str) -> Path | None:
        where = where_of(path)
        if self._file is None or has(_text(self._layer), where):
            if not has(_text(self._layer), where):
                return None
            return self._write_layer(lambda text: without(text, where))
        if not has(_text(self._file.path), where):
            return None
        return self._write(lambda text: _unsaid(text, where, path))

    def _write(self, patch: Callable[[str], str]) -> Path:
        if self._file is None or not says_nothing(_text(self._layer)):
            return self._write_layer(patch)
        text = patch(_text(self._file.path))
        wanted = self._file.read(text)
        self.check(self.current, wanted)
        try:
            self._file.save_text(text)
        except SettingsError:  # a file that only its owner may write
            return self._write_layer(patch)
        self.given = self.current = wanted
        return self._file.path

    def _write_layer(self, patch: Callable[[str], str]) -> Path:
        file = self._over(self.given)
        text = patch(_text(self._layer))
        wanted = file.read(text)
        self.check(self.current, wanted)
        file.save_text(text)
        if says_nothing(text):
            self._layer.unlink()
        self.current = wanted
        return self._layer

    def _over(self, given: Settings) -> SettingsLayer:
        return SettingsLayer(self._layer, given)

    def _tidy(self) -> None:
        """Former files count, so that they can be taken back."""
        files = [self._layer, *([self._file.path.resolve()] if self._file else [])]
        files += [path.with_name(path.name + ".previous") for path in files]
        self._safe.keep_only(
            {found for file in files for found in re.findall(REFERENCE, _text(file))}
        )


def held(wanted: Settings, started: Settings) -> Settings:
    """What may act now: fields that take a restart stay as they were at the start."""
    fixed: dict[str, Any] = {}
    for path in reboot_fields():
        *sections, name = where_of(path)
        part = fixed
        for section in sections:
            part = part.setdefault(section, {})
        part[name] = value_at(started, path)
    return made(Settings, overlaid(wanted.model_dump(), fixed))


def pending(wanted: Settings, started: Settings) -> tuple[str, ...]:
    """The fields whose value waits for a restart."""
    return tuple(p for p in reboot_fields() if value_at(wanted, p) != value_at(started, p))


def _with(text: str, wanted: tuple[Where, object]) -> str:
    return with_value(text, *wanted)


def _clear(field: FormField, value: object) -> str:
    limits = field.secret or Secret()
    if not isinstance(value, str) or not limits.shortest <= len(value) <= limits.longest:
        raise SettingsError(f"{field.path}: write {field.form}")
    return value


def _anything(former: Settings, wanted: Settings) -> None:
    """Nothing is known that could break."""


def _unsaid(text: str, where: Where, path: str) -> str:
    """Without the value, or, in a layer that never had it, with the default said there."""
    if has(text, where):
        return without(text, where)
    for field in fields_under(path):
        text = with_value(text, where_of(field.path), field.default)
    return text


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}") from error
