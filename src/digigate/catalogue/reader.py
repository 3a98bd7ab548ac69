"""Read and cross-check all data files; the one reader."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

from digigate.catalogue.checks import check
from digigate.catalogue.maps import Section, read_identification, read_map
from digigate.catalogue.models import Certainty, Detection, LoadPlan, Model, Probe
from digigate.catalogue.quantities import Quantity, read_quantities
from digigate.catalogue.tables import Head, rows
from digigate.catalogue.unfolding import Unfolded

DATA = Path(__file__).with_name("data")
SOURCE_COLUMNS = "tag,kind,what"
IDENTIFICATION_WORDS = (66, 69)


@dataclass(frozen=True)
class Catalogue:
    """All quantities and models by key."""

    quantities: dict[str, Quantity]
    models: dict[str, Model]

    @classmethod
    @cache
    def load(cls) -> Self:
        """Read the packaged data files.

        Raises:
            CatalogueError: a row is wrong; the text names file and row.
        """
        return cls.read(DATA)

    @classmethod
    def read(cls, directory: Path) -> Self:
        """Read data files laid out as the packaged ones.

        Raises:
            CatalogueError: a row is wrong; the text names file and row.
        """
        sources = {row.text("tag") for row in rows(directory / "sources.csv", SOURCE_COLUMNS)}
        quantities = read_quantities(directory / "quantities.csv", sources)
        shelf = _Shelf(directory / "models", sources, quantities)
        heads = sorted((directory / "models").glob("*.yaml"))
        return cls(quantities, {path.stem: shelf.model(path) for path in heads})

    def identify(self, product_range: int, product_name: str, extended_name: str) -> Model | None:
        """The model whose probe matches the texts of block 50000; None for a stranger.

        The longest match wins; the extended name goes before the product name (facts §4).
        """
        best: tuple[int, Model | None] = (0, None)
        for text in (extended_name, product_name):
            for model in self.models.values():
                length = model.probe.matched(text)
                if model.probe.product_range == product_range and length > best[0]:
                    best = length, model
            if best[1] is not None:
                break
        return best[1]


class _Shelf:
    """The maps, each read once however many models share it."""

    def __init__(
        self, directory: Path, sources: Collection[str], quantities: Mapping[str, Quantity]
    ) -> None:
        self._directory = directory
        self._sources = sources
        self._quantities = quantities
        self._maps: dict[str, tuple[Section, ...]] = {}

    def model(self, path: Path) -> Model:
        """One model with all its maps unfolded and checked."""
        head = Head.read(path)
        words = head.whole("identification_words")
        if words not in IDENTIFICATION_WORDS:
            raise head.wrong("identification_words", f"{words} is neither 66 nor 69")
        loads = _load_plan(head.part("loads"))
        contents = self._unfold(head, loads, words)
        model = Model(
            path.stem,
            head.text("name"),
            head.text("family"),
            head.choice("certainty", Certainty),
            head.choice("detection", Detection),
            _probe(head.part("probe")),
            loads,
            words,
            tuple(block for block, _ in contents.blocks),
            tuple(point for point, _ in contents.points),
            tuple(composite for composite, _ in contents.composites),
        )
        head.end()
        return model

    def _unfold(self, head: Head, loads: LoadPlan, words: int) -> Unfolded:
        contents = Unfolded()
        for section in read_identification(self._directory, words, self._sources):
            contents.add(section, loads)
        maps = head.texts("maps")
        overrides = self._overrides(head, maps)
        for name in maps:
            for section in self._map(name):
                contents.add(section, loads, overrides.get(name))
        check(contents, self._quantities)
        return contents

    def _overrides(self, head: Head, maps: Collection[str]) -> dict[str, str]:
        """By map what makes us believe it, where that is not what its rows say."""
        given = head.part("sources", optional=True)
        overrides = {}
        for name in given.names():
            overrides[name] = given.text(name)
            tags = {tag.split(":")[0] for tag in overrides[name].split(";")}
            if name not in maps:
                raise given.wrong(name, "is not among the maps")
            if not tags <= set(self._sources):
                raise given.wrong(name, f"{overrides[name]!r} is not in sources.csv")
        return overrides

    def _map(self, name: str) -> tuple[Section, ...]:
        if name not in self._maps:
            self._maps[name] = read_map(self._directory, name, self._sources)
        return self._maps[name]


def _load_plan(head: Head) -> LoadPlan:
    plan = LoadPlan(head.whole("count"), head.whole("stride"))
    head.end()
    return plan


def _probe(head: Head) -> Probe:
    probe = Probe(
        head.whole("product_range"),
        head.text("product_name"),
        head.text("extended_name"),
        head.whole("order"),
        head.texts("aliases"),
    )
    for field, text in (
        ("product_name", probe.product_name),
        ("extended_name", probe.extended_name),
    ):
        if len(text) > NAME_LENGTH:
            raise head.wrong(field, f"{text!r} has more than {NAME_LENGTH} characters")
    head.end()
    return probe


NAME_LENGTH = 16
"""Characters that a name of the identification block holds (8 words of STRING_NORM)."""
