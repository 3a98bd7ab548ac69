"""Which model a device is, by the texts of its identification block 50000 (facts §4)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from digigate.errors import CatalogueError


@dataclass(frozen=True, slots=True)
class Probe:
    """How the model answers in the identification block 50000."""

    product_range: int  # 50004: 100 COUNTIS, 200 protection, 300 ATyS, 400 DIRIS
    product_name: str  # 50050
    extended_name: str  # 50058
    order: int  # 50005, ours where not published
    aliases: tuple[str, ...] = ()  # other texts in either name that mean this model
    shared: tuple[str, ...] = ()  # texts that this one may answer with, but others too

    @property
    def names(self) -> frozenset[str]:
        """The texts that mean this model and no other, squeezed."""
        told = map(squeezed, (self.extended_name, self.product_name, *self.aliases))
        return frozenset(told) - {"", *map(squeezed, self.shared)}

    def shares(self, name: str) -> bool:
        """Whether the model may answer with this squeezed name, which is another one's too."""
        return name in map(squeezed, self.shared)


@dataclass(frozen=True, slots=True)
class Match:
    """The model that a text means, and the squeezed name in it that says so."""

    key: str
    name: str


class Names:
    """Finds models by what devices say of themselves."""

    def __init__(self, probes: Mapping[str, Probe]) -> None:
        """Enter the probes by the key of their model.

        Raises:
            CatalogueError: two models of one range have the same name.
        """
        self._keys: dict[tuple[int, str], str] = {}
        for key, probe in probes.items():
            for name in probe.names:
                other = self._keys.setdefault((probe.product_range, name), key)
                if other != key:
                    raise CatalogueError(f"{key}.yaml: probe: {other} is called {name!r} as well")
        self._longest = {
            range_: max(len(name) for of, name in self._keys if of == range_)
            for range_ in {range_ for range_, _ in self._keys}
        }

    def find(self, product_range: int, texts: Iterable[str]) -> Match | None:
        """The model that the first telling text means; the longest name in it wins.

        Case, spaces and hyphens do not count. A digit after the name is another model (A-100 is
        no A-10), and so is DC (I-30DC is no I-30).
        """
        for text in texts:
            found = squeezed(text)
            for length in range(min(len(found), self._longest.get(product_range, 0)), 0, -1):
                key = self._keys.get((product_range, found[:length]))
                if key is not None and not _STRANGER.match(found, length):
                    return Match(key, found[:length])
        return None


_STRANGER = re.compile(r"[0-9]|dc")


def squeezed(text: str) -> str:
    """A name without case, spaces and hyphens, by which models are compared."""
    return re.sub(r"[\s_-]+", "", text).lower()
