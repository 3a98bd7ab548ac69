"""The wire model and the learnt turnaround, against the figures of the design."""

import pytest

from digigate.bus.statistics import BusyTime, Tally
from digigate.bus.timing import FLOOR, LEARNT_FROM, REMEMBERED, Turnaround, Wire
from digigate.settings.sections import Line, Parity


@pytest.mark.parametrize(
    ("baudrate", "count", "milliseconds"),
    [(9600, 2, 32.5), (9600, 125, 314.4), (38400, 60, 46.6), (115200, 125, 33.6)],
)
def test_one_read_takes_what_the_wire_says(baudrate: int, count: int, milliseconds: float) -> None:
    wire = Wire.of(Line.model_validate({"baudrate": baudrate, "parity": Parity.EVEN}))
    took = wire.exchange(8, 5 + 2 * count, turnaround=0.005)
    assert 1000 * took == pytest.approx(milliseconds, rel=0.01)


def test_an_unpaced_line_keeps_no_silence() -> None:
    assert Wire.of(Line(paced=False)).silence == 0
    assert Wire.of(Line()).silence == 0.00175


def test_an_unknown_slave_gets_the_whole_allowance() -> None:
    turnaround = Turnaround()
    for _ in range(LEARNT_FROM - 1):
        turnaround.add(0.001)
    assert turnaround.allowance(0.5) == 0.5
    turnaround.add(0.001)
    assert turnaround.allowance(0.5) == FLOOR


def test_the_allowance_follows_the_slowest_answer_up_to_the_cap() -> None:
    turnaround = Turnaround()
    for seconds in (0.002, 0.03, 0.002, 0.002):
        turnaround.add(seconds)
    assert turnaround.allowance(0.5) == pytest.approx(0.09)
    turnaround.add(0.4)
    assert turnaround.allowance(0.5) == 0.5
    for _ in range(REMEMBERED):
        turnaround.add(0.002)
    assert turnaround.allowance(0.5) == FLOOR


def test_percentiles_are_of_what_was_seen() -> None:
    turnaround = Turnaround()
    assert turnaround.percentile(0.5) is None
    for milliseconds in range(1, 101):
        turnaround.add(milliseconds / 1000)
    assert turnaround.percentile(0.5) == pytest.approx(0.051)
    assert turnaround.percentile(0.99) == pytest.approx(0.1)


def test_an_answer_faster_than_its_line_counts_as_none() -> None:
    turnaround = Turnaround()
    turnaround.add(-0.002)
    assert turnaround.percentile(0.5) == 0


def test_utilisation_is_over_the_last_minute() -> None:
    busy = BusyTime(now=1000.0)
    assert busy.share(1000.0) == 0
    for second in range(10):
        busy.add(1000.0 + second, 0.5)
    assert busy.share(1010.0) == pytest.approx(0.5)
    assert busy.share(1040.0) == pytest.approx(5 / 40)
    assert busy.share(1100.0) == 0
    busy.add(1100.0, 3.0)
    assert busy.share(1100.0) == pytest.approx(3 / 60)


def test_a_tally_becomes_counters() -> None:
    counters = Tally(asked=5, answered=3, exceptions=1, timeouts=1, stale_bytes=7).snapshot()
    assert (counters.asked, counters.answered, counters.stale_bytes) == (5, 3, 7)
