"""Slaves for tests, on a clock that stands still until told."""

from datetime import UTC, datetime
from random import Random
from typing import Any

from digigate.catalogue import Catalogue
from digigate.simulator import plant
from digigate.simulator.device.books import Surroundings
from digigate.simulator.device.meter import Meter
from digigate.simulator.device.station import Station
from digigate.simulator.faults import Book, Faults
from digigate.simulator.physics.incomer import Feeders
from digigate.simulator.physics.supply import Grid
from digigate.simulator.timing import PlantClock

START = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)  # a Tuesday


class Ticks:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Bus:
    """A bus of 38400 Bd that remembers what was said unasked."""

    baudrate = 38400

    def __init__(self) -> None:
        self.spoken: list[bytes] = []

    def speak(self, frame: bytes) -> None:
        self.spoken.append(frame)


def station(model: str, ticks: Ticks | None = None, **plan: Any) -> Station:
    """A slave of this model, at 5 on a bus of 38400 Bd unless told otherwise."""
    passed = ticks or Ticks()
    slave = plant.SlavePlan.model_validate({"bus": "rs485", "address": 5, "model": model, **plan})
    around = Surroundings(
        clock=PlantClock(started=START, monotonic=passed),
        grid=Grid(230, 50, 1),
        network=plant.Network(),
        period=600,
        utc_offset=1.0,
        seed=1,
        feeders=Feeders(),
        monotonic=passed,
    )
    meter = Meter(slave, Catalogue.load().models[model], plant.BusPlan(), around)
    return Station(meter, Bus(), Faults(Book(around.clock.now, Random(1))), passed)


def ask(slave: Station, unit: int, pdu: str) -> str | None:
    """The answer's PDU to a PDU, both in hex; None for silence."""
    said = slave.hear(bytes((unit,)) + bytes.fromhex(pdu))
    assert len(said) < 2
    return said[0].frame[1:-2].hex() if said else None
