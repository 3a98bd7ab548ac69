"""Run every golden case: registers in; readings, Modbus answers and SNMP values out."""

import csv
from collections.abc import Hashable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from digigate.bus.plan import plan
from digigate.bus.requests import Priority
from digigate.catalogue import Catalogue, Value
from digigate.clock import Clock
from digigate.errors import SlaveTimeout
from digigate.services.modbus import ALWAYS_OWN, Client, Handler
from digigate.services.snmp.ber import GAUGE32, INTEGER, NO_SUCH_INSTANCE, pack
from digigate.services.snmp.channels import information
from digigate.services.snmp.forest import Forest
from digigate.services.snmp.measures import PRODUCTS, sheets
from digigate.services.snmp.metrology import Measurements
from digigate.services.snmp.roll import Roll
from digigate.settings.topology import BusName, Device, Load, Topology
from digigate.store import SlaveImage, Span, Store
from modbus import Site

HERE = Path(__file__).resolve().parent
CASES = sorted(path.parent for path in HERE.glob("*/case.yaml"))
UNIT = 9


class DeadLine:
    """A bus on which nobody answers: what is not served from the image ends as 0x0B."""

    async def request(
        self, unit: int, pdu: bytes, priority: Priority = Priority.CLIENT, client: Hashable = None
    ) -> bytes:
        raise SlaveTimeout("nobody answers")


def test_there_are_cases() -> None:
    assert CASES


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_readings(case: Path) -> None:
    image = _image(case, Store(_clock(case)))
    expected = _rows(case / "expected" / "readings.csv")
    found = []
    for row in expected:
        reading = image.read(image.model.named[row["point"]])
        value = _written(reading.value)
        found.append({**row, "value": value, "unit": reading.unit, "quality": reading.quality})
    assert found == expected


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
async def test_modbus(case: Path) -> None:
    store = Store(_clock(case))
    _image(case, store)
    configured = UNIT.__eq__
    handler = Handler(store, DeadLine(), configured, Site().own, ALWAYS_OWN, lambda: True)
    expected = _rows(case / "expected" / "modbus.csv")
    found = []
    for row in expected:
        answer = handler.answer(UNIT, bytes.fromhex(row["request"]), Client("192.0.2.7"))
        found.append(
            {**row, "answer": (answer if isinstance(answer, bytes) else await answer).hex()}
        )
    assert found == expected


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_snmp(case: Path) -> None:
    store = Store(_clock(case))
    _image(case, store)
    loads = tuple(Load(number=n) for n in _told(case)["loads"])
    device = Device(address=UNIT, bus=BusName.DIGIWARE, model=_told(case)["model"], loads=loads)
    topology = Topology(devices=(device,))
    roll = Roll(store, lambda: topology, _clock(case).monotonic)
    measured = (Measurements(sheet, roll) for sheet in sheets(Catalogue.load().quantities))
    forest = Forest([information(roll), *measured])
    expected = _rows(case / "expected" / "snmp.csv")
    found = []
    for row in expected:
        below = (int(arc) for arc in row["below 4555.10"].split("."))
        found.append({**row, "value": _printed(forest.get(pack((*PRODUCTS, *below))))})
    assert found == expected


def _image(case: Path, store: Store) -> SlaveImage:
    told = _told(case)
    model = Catalogue.load().models[told["model"]]
    reads = plan(model, told["loads"])
    spans = [Span(r.start, r.count, r.pace, r.block, period=1.0) for r in reads]
    image = store.open(UNIT, model, spans)
    words = _words(case)
    for span in image.spans:
        taken = [words.get(a, b"\0\0") for a in range(span.start, span.end)]
        image.put(span.start, b"".join(taken))
    image.silent = told.get("silent", False)
    if told.get("written", False):
        image.invalidate()
    return image


def _told(case: Path) -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((case / "case.yaml").read_text())
    return told


def _words(case: Path) -> dict[int, bytes]:
    words = {}
    for row in _rows(case / "registers.csv"):
        data = bytes.fromhex(row["hex"])
        for n in range(0, len(data), 2):
            words[int(row["address"]) + n // 2] = data[n : n + 2]
    return words


def _clock(case: Path) -> Clock:
    told = _told(case)
    started = datetime(2026, 6, 1, 12, tzinfo=UTC)
    return Clock(told.get("zone", "UTC"), monotonic=lambda: 0.0, started=started)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _written(value: Value | None) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value)


def _printed(element: bytes) -> str:
    if element == NO_SUCH_INSTANCE:
        return "no such instance"
    number = int.from_bytes(element[2:], "big", signed=True)
    names = {INTEGER: f"Integer32 {number}", GAUGE32: f"Gauge32 {number}"}
    return names.get(element[0]) or f"octets {element[2:].hex()}"
