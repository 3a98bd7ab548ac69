"""Read and cross-check all data files; the one reader."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Self

from digigate.catalogue.checks import check, check_bits
from digigate.catalogue.deferred import Deferred, Once
from digigate.catalogue.firmware import Newest, read_newest
from digigate.catalogue.heads import ModelHead, read_head
from digigate.catalogue.identification import Names
from digigate.catalogue.library import Group
from digigate.catalogue.maps import read_identification, read_map
from digigate.catalogue.models import Block, Composite, Model, Point
from digigate.catalogue.quantities import Quantity, read_quantities
from digigate.catalogue.tables import rows
from digigate.catalogue.unfolding import Unfolded

DATA = Path(__file__).with_name("data")
SOURCE_COLUMNS = "tag,kind,what"


@dataclass(frozen=True)
class Catalogue:
    """All quantities and models by key. A model's maps are read when the model is first used."""

    quantities: dict[str, Quantity]
    models: dict[str, Model]
    newest: dict[str, Newest] = field(default_factory=dict)
    """The newest firmware that is known, for some of the models."""

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
            CatalogueError: a row is wrong; the text names file and row. A map's rows speak up when
                its model is first used, or in `unfold`.
        """
        sources = {row.text("tag") for row in rows(directory / "sources.csv", SOURCE_COLUMNS)}
        quantities = read_quantities(directory / "quantities.csv", sources)
        shelf = _Shelf(directory / "models", sources, quantities)
        heads = sorted((directory / "models").glob("*.yaml"))
        models = {path.stem: shelf.model(path) for path in heads}
        newest = read_newest(directory / "firmware.csv", sources, models)
        catalogue = cls(quantities, models, newest)
        _ = catalogue.library, catalogue._names
        return catalogue

    def unfold(self, keys: Iterable[str] | None = None) -> None:
        """Read the maps of these models, or of all, now: in another thread, lest a loop stands.

        Raises:
            CatalogueError: a row is wrong; the text names file and row.
        """
        for key in self.models if keys is None else keys:
            model = self.models.get(key)
            if model is not None:
                len(model.blocks)

    @cached_property
    def library(self) -> Mapping[Group, tuple[Model, ...]]:
        """The manual's list of products (§11.2.1): its groups and their models in its order."""
        listed = [(m.library, m) for m in self.models.values() if m.library is not None]
        listed.sort(key=lambda each: each[0].place)
        return {
            group: tuple(model for entry, model in listed if entry.group is group)
            for group in Group
        }

    @cached_property
    def _names(self) -> Names:
        return Names({key: model.probe for key, model in self.models.items()})

    def identify(
        self,
        product_range: int,
        product_name: str,
        extended_name: str,
        expected: Model | None = None,
    ) -> Model | None:
        """The model whose probe matches the texts of block 50000; None for a stranger.

        The longest match wins; the extended name goes before the product name (facts §4). Some
        devices cannot be told apart by these texts: if `expected` may answer so, it is the one.
        """
        match = self._names.find(product_range, (extended_name, product_name))
        if match is None:
            return None
        if expected is not None and expected.probe.shares(match.name):
            return expected
        return self.models[match.key]


class _Shelf:
    """Where the maps lie: each is read when a model that has it is first used."""

    def __init__(
        self, directory: Path, sources: set[str], quantities: Mapping[str, Quantity]
    ) -> None:
        self._directory = directory
        self._sources = sources
        self._quantities = quantities

    def model(self, path: Path) -> Model:
        """One model whose contents are made at first use."""
        head = read_head(path, self._sources)
        contents = Once(lambda: self._contents(head))
        return Model(
            head.key,
            head.name,
            head.family,
            head.certainty,
            head.detection,
            head.probe,
            head.loads,
            head.identification_words,
            Deferred(lambda: contents().blocks),
            Deferred(lambda: contents().points),
            Deferred(lambda: contents().composites),
            head.library,
            head.capabilities,
            head.inputs,
            head.outputs,
        )

    def _contents(self, head: ModelHead) -> "_Contents":
        unfolded = Unfolded()
        for section in read_identification(
            self._directory, head.identification_words, self._sources
        ):
            unfolded.add(section, head.loads)
        for name in head.maps:
            for section in read_map(self._directory, name, self._sources):
                unfolded.add(section, head.loads, head.overrides.get(name))
        check(unfolded, self._quantities)
        check_bits(head.key, unfolded, head.inputs, head.outputs)
        return _Contents(
            tuple(block for block, _ in unfolded.blocks),
            tuple(point for point, _ in unfolded.points),
            tuple(composite for composite, _ in unfolded.composites),
        )


@dataclass(frozen=True, slots=True)
class _Contents:
    blocks: tuple[Block, ...]
    points: tuple[Point, ...]
    composites: tuple[Composite, ...]
