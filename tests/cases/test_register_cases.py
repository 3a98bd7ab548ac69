"""Registers as a device sends them -> the value that people see; a bug enters here first."""

import csv
from pathlib import Path

import pytest

from digigate.catalogue import Catalogue, Composite, Statistic, decode

CASES = Path(__file__).with_name("registers.csv")
ROWS = list(csv.DictReader(CASES.read_text(encoding="utf-8").splitlines()))


def registers(text: str) -> dict[int, bytes]:
    """`18458=0000 2EF2` as words by address."""
    start, words = text.split("=")
    return {int(start) + k: bytes.fromhex(word) for k, word in enumerate(words.split())}


@pytest.mark.parametrize("case", ROWS, ids=lambda case: f"{case['model']}: {case['why']}")
def test_registers_make_the_value(case: dict[str, str]) -> None:
    model = Catalogue.load().models[case["model"]]
    statistic = Statistic(case["statistic"])
    found = model.measurement(int(case["load"]), case["quantity"], statistic)
    assert found is not None
    words = registers(case["registers"])
    parts = found.parts if isinstance(found, Composite) else (found,)
    values = [
        decode(b"".join(words[part.address + k] for k in range(part.words)), part.type, part.scale)
        for part in parts
    ]
    value = found.combine(values) if isinstance(found, Composite) else values[0]
    assert value == (float(case["value"]) if case["value"] else None)
    assert found.unit == case["unit"]
