"""Read YAML heads and CSV tables strictly: an error names file and row."""

import csv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import yaml

from digigate.errors import CatalogueError

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, with where it stands."""

    file: str
    line: int
    cells: Mapping[str, str]

    def wrong(self, reason: str) -> CatalogueError:
        """The error that names this row."""
        return CatalogueError(f"{self.file} row {self.line}: {reason}")

    def text(self, column: str) -> str:
        """A cell that may not be empty."""
        cell = self.cells[column]
        if not cell:
            raise self.wrong(f"{column} is empty")
        return cell

    def whole(self, column: str) -> int:
        """A cell that holds a whole number of 0 or more."""
        cell = self.cells[column]
        if not (cell.isascii() and cell.isdigit()):
            raise self.wrong(f"{column} is {cell!r}, no whole number")
        return int(cell)

    def optional(self, column: str) -> int | None:
        """A whole number, or None for an empty cell."""
        return self.whole(column) if self.cells[column] else None

    def positive(self, column: str) -> float:
        """A cell that holds a number above 0."""
        try:
            number = float(self.cells[column])
        except ValueError:
            number = 0.0
        if number <= 0:
            raise self.wrong(f"{column} is {self.cells[column]!r}, no number above 0")
        return number

    def choice(self, column: str, kind: type[E]) -> E:
        """A cell that holds one of a few words."""
        try:
            return kind(self.cells[column])
        except ValueError:
            allowed = ", ".join(kind)
            raise self.wrong(f"{column} is {self.cells[column]!r}, none of {allowed}") from None


def rows(path: Path, columns: str) -> Iterator[Row]:
    """The rows of a CSV file with exactly these comma-separated columns.

    Raises:
        CatalogueError: the file is missing, has other columns, or a row of another length.
    """
    wanted = columns.split(",")
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise CatalogueError(f"{path.name}: {error.strerror}") from error
    table = csv.reader(lines)
    if next(table, None) != wanted:
        raise CatalogueError(f"{path.name} row 1: the columns must be {columns}")
    for cells in table:
        if len(cells) != len(wanted):
            raise CatalogueError(f"{path.name} row {table.line_num}: {len(cells)} cells")
        yield Row(path.name, table.line_num, dict(zip(wanted, cells, strict=True)))


def check_sources(row: Row, sources: Collection[str]) -> str:
    """The source cell: tags of sources.csv, `;` between them, each with an optional `:reason`.

    Raises:
        CatalogueError: there is none, or one is not in that file.
    """
    for tag in row.text("source").split(";"):
        if tag.split(":")[0] not in sources:
            raise row.wrong(f"source {tag!r} is not in sources.csv")
    return row.cells["source"]


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C it is six times as fast


class Head:
    """A YAML mapping whose every field must be asked for."""

    def __init__(self, file: str, fields: object, prefix: str = "") -> None:
        if not isinstance(fields, dict):
            raise CatalogueError(f"{file}: {prefix or 'the file'} is no mapping of fields")
        self._file = file
        self._prefix = prefix
        self._fields = dict(fields)

    @classmethod
    def read(cls, path: Path) -> "Head":
        """The head in one file.

        Raises:
            CatalogueError: it is no YAML mapping.
        """
        try:
            return cls(path.name, yaml.load(path.read_bytes(), _LOADER))  # noqa: S506 -- both are safe
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise CatalogueError(f"{path.name} row {line}: {error.problem}") from error

    def text(self, field: str) -> str:
        """A field of text."""
        value = self._take(field)
        if not isinstance(value, str) or not value:
            raise self.wrong(field, f"{value!r} is no text")
        return value

    def whole(self, field: str) -> int:
        """A field with a whole number of 0 or more."""
        value = self._take(field)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.wrong(field, f"{value!r} is no whole number")
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        """A list of texts, empty where the field is missing."""
        value = self._fields.pop(field, [])
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            raise self.wrong(field, f"{value!r} is no list of texts")
        return tuple(value)

    def choice(self, field: str, kind: type[E]) -> E:
        """A field that holds one of a few words."""
        value = self._take(field)
        if not isinstance(value, str) or value not in list(kind):
            raise self.wrong(field, f"{value!r} is none of {', '.join(kind)}")
        return kind(value)

    def has(self, field: str) -> bool:
        """Whether a field is there that nobody has asked for yet."""
        return field in self._fields

    def part(self, field: str, *, optional: bool = False) -> "Head":
        """A mapping inside this one; empty where it is optional and missing."""
        value = self._fields.pop(field, {}) if optional else self._take(field)
        return Head(self._file, value, f"{self._prefix}{field}.")

    def names(self) -> tuple[str, ...]:
        """The fields that nobody has asked for yet."""
        return tuple(map(str, self._fields))

    def end(self) -> None:
        """Refuse fields that nobody has asked for."""
        for field in self._fields:
            raise self.wrong(str(field), "unknown field")

    def wrong(self, field: str, reason: str) -> CatalogueError:
        """The error that names this file and field."""
        return CatalogueError(f"{self._file}: {self._prefix}{field}: {reason}")

    def _take(self, field: str) -> object:
        if field not in self._fields:
            raise self.wrong(field, "missing")
        return self._fields.pop(field)
