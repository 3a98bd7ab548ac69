"""The cycle: energies at their boundary, rotating reads in turn, periods that follow the pace."""

from collections.abc import Hashable
from datetime import UTC, datetime

import pytest

from digigate.bus.polled import Surroundings
from digigate.bus.poller import CYCLE_MIN, Poller
from digigate.bus.requests import Priority
from digigate.bus.timing import Wire
from digigate.catalogue import Pace
from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.settings.sections import Line
from digigate.settings.topology import BusName, Device, Load
from digigate.store import Store
from fieldbus.models import METER, catalogue


class NoLine:
    """Nobody is asked in these tests."""

    async def request(
        self, unit: int, pdu: bytes, priority: Priority = Priority.CLIENT, client: Hashable = None
    ) -> bytes:
        raise AssertionError("a line was asked")


class Scene:
    """A poller that is moved by hand."""

    def __init__(self, speed: float = 1.0) -> None:
        self.seconds = 0.0
        self.clock = Clock(
            monotonic=lambda: self.seconds, started=datetime(2026, 1, 1, tzinfo=UTC), speed=speed
        )
        self.store = Store(self.clock)
        self.conditions = Conditions(self.clock)
        around = Surroundings(
            NoLine(), self.store, self.clock, self.conditions, catalogue(), 60.0,
            simulated=True, changed=lambda: None,
        )  # fmt: skip
        self.poller = Poller(around, Wire.of(Line()), 600)

    def dealt(self) -> dict[int, set[str]]:
        """What the next cycle reads beside the instant values."""
        for slave in self.poller.slaves.values():
            slave._due.clear()
        self.poller._deal()
        return {a: {r.block for r in s._due} for a, s in self.poller.slaves.items()}

    def periods(self) -> dict[Pace, float]:
        (image, *_) = self.store.images()
        return {span.pace: span.period for span in image.spans}


def meter(address: int, name: str = "", loads: tuple[int, ...] = ()) -> Device:
    return Device(
        address=address, bus=BusName.RS485, model=METER.key, name=name,
        loads=tuple(Load(number=n) for n in loads),
    )  # fmt: skip


def test_energies_are_due_just_after_each_boundary() -> None:
    scene = Scene()
    scene.poller.set_devices([meter(3)])
    assert "energy" in scene.dealt()[3]
    assert "energy" not in scene.dealt()[3]
    scene.seconds = 599
    assert "energy" not in scene.dealt()[3]
    scene.seconds = 600
    assert "energy" in scene.dealt()[3]


def test_rotating_reads_come_one_after_the_other() -> None:
    scene = Scene()
    scene.poller.set_devices([meter(3), meter(4), meter(5)])
    turns = [{a for a, blocks in scene.dealt().items() if "extremes" in blocks} for _ in range(6)]
    assert turns == [{3}, {4}, {5}] * 2


def test_periods_follow_the_measured_cycle() -> None:
    scene = Scene()
    scene.poller.set_devices([meter(3), meter(4)])
    assert scene.poller.planned == CYCLE_MIN
    scene.poller._measure(4.0)
    assert scene.periods() == {Pace.INSTANT: 4, Pace.BOUNDARY: 604, Pace.ROTATING: 8}
    scene.poller._measure(0.1)
    scene.poller._measure(0.1)
    assert scene.periods()[Pace.INSTANT] == CYCLE_MIN
    assert scene.poller.cycle(0.5) == CYCLE_MIN
    assert scene.poller.cycle(0.95) == 4


def test_a_clock_that_runs_fast_brings_boundaries_sooner() -> None:
    scene = Scene(speed=60)
    scene.poller.set_devices([meter(3)])
    scene.poller._measure(1.0)
    assert scene.periods()[Pace.BOUNDARY] == pytest.approx(11)
    scene.dealt()
    scene.seconds = 10
    assert "energy" in scene.dealt()[3]


def test_renaming_restarts_nothing_and_new_loads_do() -> None:
    scene = Scene()
    scene.poller.set_devices([meter(3), meter(4)])
    kept, image = scene.poller.slaves[3], scene.store.image(3)
    scene.poller.set_devices([meter(3, name="kitchen"), meter(4, loads=(1,))])
    assert scene.poller.slaves[3] is kept
    assert kept.device.name == "kitchen"
    assert scene.store.image(3) is image
    assert len(scene.store.images()) == 2


def test_a_removed_slave_loses_its_image() -> None:
    scene = Scene()
    scene.poller.set_devices([meter(3), meter(4)])
    scene.poller.set_devices([meter(4)])
    assert [image.unit for image in scene.store.images()] == [4]
    scene.poller.close()
    assert scene.store.images() == ()
    assert scene.poller.planned is None
