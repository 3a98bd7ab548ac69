"""Read and cross-check all data files; the one reader."""

from dataclasses import dataclass
from functools import cache
from typing import Self

from digigate.catalogue.models import Model
from digigate.catalogue.quantities import Quantity


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
        raise NotImplementedError

    def identify(self, product_range: int, product_name: str, extended_name: str) -> Model | None:
        """The model whose probe matches the texts of block 50000; None for a stranger."""
        raise NotImplementedError
