"""Settings on disk: read strictly, written whole, the former kept, old versions brought up."""

import json
import logging
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from digigate.errors import SettingsError
from digigate.settings.explaining import told
from digigate.settings.form import dotted, inner_section
from digigate.settings.sections import Section, Settings
from digigate.settings.strict_yaml import Document, YamlError, dump, parse
from digigate.settings.topology import Topology
from digigate.state import write_atomically

log = logging.getLogger(__name__)

S = TypeVar("S", bound=Section)
Migration = Callable[[dict[str, Any]], dict[str, Any]]

VERSION = 1
MODE = 0o640  # where there is no file yet


class SectionFile(Generic[S]):
    """One YAML file that holds one section; `S` is its type."""

    section: type[S]
    migrations: ClassVar[Mapping[int, Migration]] = {}  # version -> what makes the next of it

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> S:
        """Read and check the file.

        Raises:
            SettingsError: one line per problem: file, line, field, what is wrong, what to write.
        """
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return self._missing()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            raise SettingsError(f"{self.path}: cannot be read: {reason}") from error
        return self.read(text)

    def read(self, text: str) -> S:
        """Check a text as if it stood in the file; raises as `load`."""
        try:
            document = parse(text)
        except YamlError as error:
            raise SettingsError(f"{self.path}: {error}") from error
        data = self._migrated(document.data)
        _drop_empty(self.section, data)
        try:
            return self.section.model_validate_json(json.dumps(data), strict=True)
        except ValidationError as error:
            problems = [self._problem(detail, document) for detail in error.errors()]
            raise SettingsError("\n".join(problems)) from error

    def save(self, section: S) -> None:
        """Replace the file at once and keep the former as `<name>.previous`.

        Raises:
            SettingsError: the file may not be written, or the disk is full; the former stands.
        """
        self.save_text(written(section))

    def save_text(self, text: str) -> None:
        """As `save`, for a text that has been checked."""
        path = self.path.resolve()
        try:
            mode = MODE
            if path.exists():
                mode = stat.S_IMODE(path.stat().st_mode)
                write_atomically(path.with_name(path.name + ".previous"), path.read_bytes(), mode)
            write_atomically(path, text.encode(), mode)
        except OSError as error:
            raise SettingsError(f"{self.path}: cannot be written: {error.strerror}") from error

    def _missing(self) -> S:
        raise SettingsError(f"{self.path}: there is no such file")

    def _migrated(self, data: object) -> dict[str, Any]:
        if data is None:
            return {}
        if not isinstance(data, dict):
            names = ", ".join(self.section.model_fields)
            raise SettingsError(f"{self.path}: line 1: must hold `name: value` lines of {names}")
        version = data.get("version", VERSION)
        if isinstance(version, int) and version > VERSION:
            raise SettingsError(
                f"{self.path}: was written by a newer digigate (version {version}); this one"
                f" reads up to {VERSION}"
            )
        while isinstance(version, int) and version in self.migrations:
            data = self.migrations[version](data)
            version = data["version"]
        return data

    def _problem(self, detail: ErrorDetails, document: Document) -> str:
        where = detail["loc"]
        line = document.line(where)
        name = dotted(where)
        field = f"{name}: " if name else ""
        return f"{self.path}: line {line}: {field}{told(self.section, detail)}"


class SettingsFile(SectionFile[Settings]):
    """`settings.yaml`."""

    section = Settings

    def _missing(self) -> Settings:
        raise SettingsError(
            f"{self.path}: there is no such file; copy config/settings.example.yaml and edit it"
        )


class TopologyFile(SectionFile[Topology]):
    """`topology.yaml`: a missing one is an empty plant."""

    section = Topology

    def _missing(self) -> Topology:
        return Topology()


def written(section: Section) -> str:
    """The text of a file that holds this section."""
    return dump(section.model_dump(mode="json"))


def _drop_empty(section: type[Section], data: dict[str, Any]) -> None:
    """Take `web:` with nothing below it (all commented out) as a section left to its defaults."""
    for name, info in section.model_fields.items():
        inner = inner_section(info)
        if inner is None or name not in data:
            continue
        if data[name] is None:
            del data[name]
        for part in _groups(data.get(name)):
            _drop_empty(inner, part)


def _groups(value: object) -> Iterator[dict[str, Any]]:
    for part in value if isinstance(value, list) else [value]:
        if isinstance(part, dict):
            yield part
