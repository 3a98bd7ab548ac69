"""The newest firmware that is known of each model (§13: newer one exists for a slave)."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from digigate.catalogue.tables import Row, check_sources, rows

COLUMNS = "model,version,source"
OURS = "ours"

Release = tuple[int, int, int]
"""Major, minor, revision, as block 50000 tells them."""


@dataclass(frozen=True, slots=True)
class Newest:
    """`ours`: nobody has published it; it is what our simulated devices run."""

    release: Release
    ours: bool


def read_newest(path: Path, sources: Collection[str], models: Collection[str]) -> dict[str, Newest]:
    """The table by the model's key.

    Raises:
        CatalogueError: a row is wrong; the text names file and row.
    """
    table: dict[str, Newest] = {}
    for row in rows(path, COLUMNS):
        model = row.text("model")
        if model not in models or model in table:
            raise row.wrong(f"model {model!r} is not in the catalogue, or is here twice")
        source = check_sources(row, sources)
        table[model] = Newest(_release(row), ours=source.startswith(OURS))
    return table


def words(release: Release) -> str:
    """As people write it: `1.9.2`."""
    return ".".join(map(str, release))


def _release(row: Row) -> Release:
    found = re.fullmatch(r"(\d{1,5})\.(\d{1,5})\.(\d{1,5})", row.text("version"), re.ASCII)
    if found is None:
        raise row.wrong(f"version {row.cells['version']!r} is not of the form 1.2.3")
    return int(found[1]), int(found[2]), int(found[3])
