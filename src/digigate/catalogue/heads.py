"""The head of a model as its YAML file says: all that is known without reading its maps."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from digigate.catalogue.identification import Probe
from digigate.catalogue.library import Capability, Entry, Group
from digigate.catalogue.models import Certainty, Detection, Inputs, LoadPlan, Outputs
from digigate.catalogue.tables import Head

IDENTIFICATION_WORDS = (66, 69)
NAME_LENGTH = 16
"""Characters that a name of the identification block holds (8 words of STRING_NORM)."""


@dataclass(frozen=True, slots=True)
class ModelHead:
    """One model without its maps; `overrides` says by map what makes us believe it."""

    key: str
    name: str
    family: str
    certainty: Certainty
    detection: Detection
    probe: Probe
    loads: LoadPlan
    identification_words: int
    library: Entry | None
    capabilities: frozenset[Capability]
    inputs: Inputs | None
    outputs: Outputs | None
    maps: tuple[str, ...]
    overrides: dict[str, str]


def read_head(path: Path, sources: Collection[str]) -> ModelHead:
    """The head in one file.

    Raises:
        CatalogueError: a field is wrong, missing or unknown.
    """
    head = Head.read(path)
    words = head.whole("identification_words")
    if words not in IDENTIFICATION_WORDS:
        raise head.wrong("identification_words", f"{words} is neither 66 nor 69")
    maps = head.texts("maps")
    read = ModelHead(
        path.stem,
        head.text("name"),
        head.text("family"),
        head.choice("certainty", Certainty),
        head.choice("detection", Detection),
        _probe(head.part("probe")),
        _load_plan(head.part("loads")),
        words,
        _entry(head.part("library")) if head.has("library") else None,
        _capabilities(head),
        _inputs(head.part("inputs")) if head.has("inputs") else None,
        _outputs(head.part("outputs")) if head.has("outputs") else None,
        maps,
        _overrides(head.part("sources", optional=True), maps, sources),
    )
    head.end()
    return read


def _probe(head: Head) -> Probe:
    probe = Probe(
        head.whole("product_range"),
        head.text("product_name"),
        head.text("extended_name"),
        head.whole("order"),
        head.texts("aliases"),
        head.texts("shared"),
    )
    for field, text in (
        ("product_name", probe.product_name),
        ("extended_name", probe.extended_name),
    ):
        if len(text) > NAME_LENGTH:
            raise head.wrong(field, f"{text!r} has more than {NAME_LENGTH} characters")
    head.end()
    return probe


def _load_plan(head: Head) -> LoadPlan:
    plan = LoadPlan(head.whole("count"), head.whole("stride"))
    head.end()
    return plan


def _entry(head: Head) -> Entry:
    entry = Entry(head.choice("group", Group), head.whole("place"), head.text("name"))
    head.end()
    return entry


def _capabilities(head: Head) -> frozenset[Capability]:
    names = head.texts("capabilities")
    for name in names:
        if name not in list(Capability):
            raise head.wrong("capabilities", f"{name!r} is none of {', '.join(Capability)}")
    return frozenset(map(Capability, names))


def _inputs(head: Head) -> Inputs:
    inputs = Inputs(head.whole("count"), head.text("state"))
    head.end()
    return inputs


def _outputs(head: Head) -> Outputs:
    on, off = (head.text(field) if head.has(field) else "" for field in ("switch_on", "switch_off"))
    outputs = Outputs(head.whole("count"), head.text("state"), on, off)
    head.end()
    return outputs


def _overrides(given: Head, maps: Collection[str], sources: Collection[str]) -> dict[str, str]:
    """By map what makes us believe it, where that is not what its rows say."""
    overrides = {}
    for name in given.names():
        overrides[name] = given.text(name)
        tags = {tag.split(":")[0] for tag in overrides[name].split(";")}
        if name not in maps:
            raise given.wrong(name, "is not among the maps")
        if not tags <= set(sources):
            raise given.wrong(name, f"{overrides[name]!r} is not in sources.csv")
    return overrides
