"""What the documents say of the catalogue, made of its data."""

from collections.abc import Iterable

from digigate.catalogue.library import TITLES, Capability, Group
from digigate.catalogue.models import Certainty, Detection, Model
from digigate.catalogue.reader import Catalogue

DETECTED = {Detection.FAST: "fast", Detection.COMPLETE: "complete", Detection.BY_HAND: "by hand"}


def library_tables(catalogue: Catalogue) -> str:
    """The manual's list in Markdown: a table per group, and how many are how sure."""
    listed = [model for models in catalogue.library.values() for model in models]
    lines = [f"{len(listed)} entries: {_sums(listed)}.", ""]
    for group, models in catalogue.library.items():
        lines += _table(group, models)
    return "\n".join(lines)


def _sums(models: Iterable[Model]) -> str:
    certain = [model.certainty for model in models]
    return ", ".join(f"{certain.count(each)} {each}" for each in Certainty)


def _table(group: Group, models: Iterable[Model]) -> list[str]:
    head = [
        f"### {TITLES[group]}",
        "",
        "| in the manual | model | certainty | loads | found by | records |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    return [*head, *map(_row, models), ""]


def _row(model: Model) -> str:
    name = model.library.name if model.library else model.name
    records = ", ".join(each for each in Capability if each in model.capabilities)
    found = DETECTED[model.detection]
    cells = (name, f"`{model.key}`", model.certainty, str(model.loads.count), found, records)
    return f"| {' | '.join(cells)} |"
