"""The register image: what is served raw, what is read, and when it goes stale."""

from datetime import UTC, datetime, timedelta

import pytest

from digigate.catalogue import (
    Block,
    Certainty,
    Composite,
    Detection,
    LoadPlan,
    Model,
    Pace,
    Point,
    Probe,
    RegisterType,
    Statistic,
)
from digigate.clock import Clock
from digigate.store import Quality, Span, Store

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Seconds:
    """A hand-wound monotonic clock."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def point(name: str, address: int, type_: RegisterType, words: int, scale: float = 1) -> Point:
    return Point(
        name=name,
        address=address,
        words=words,
        type=type_,
        scale=scale,
        unit="A",
        quantity=None if name == "timestamp" else name,
        statistic=Statistic.INSTANT,
        load=1,
        block="inst",
        writable=False,
        source="test",
    )


STAMP = point("timestamp", 100, RegisterType.DATETIME, 2)
CURRENT = point("current.i1", 102, RegisterType.U32, 2, 0.001)
TOTAL = point("energy", 104, RegisterType.U32, 2, 1000)
RESIDUAL = point("energy.residual", 106, RegisterType.U16, 1, 0.1)
FAR = point("far", 300, RegisterType.U16, 1)
ENERGY = Composite(
    "energy.total", "energy.active.import", Statistic.TOTAL, 1, "Wh", (TOTAL, RESIDUAL), STAMP
)
MODEL = Model(
    key="test",
    name="TEST",
    family="test",
    certainty=Certainty.OURS,
    detection=Detection.FAST,
    probe=Probe(400, "TEST", "TEST", 60000),
    loads=LoadPlan(1, 0),
    identification_words=66,
    blocks=(Block("inst", 100, 14, Pace.INSTANT, 1),),
    points=(STAMP, CURRENT, TOTAL, RESIDUAL, FAR),
    composites=(ENERGY,),
)


def spans() -> list[Span]:
    return [
        Span(100, 7, Pace.INSTANT, "inst", period=2.0),
        Span(107, 7, Pace.INSTANT, "inst", period=2.0),
        Span(114, 2, Pace.INSTANT, "other", period=2.0),
    ]


FIRST = bytes.fromhex("00000e10 0000303a 00000002 0005".replace(" ", ""))
SECOND = bytes(range(14))
THIRD = b"\xaa\xbb\xcc\xdd"


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def store(seconds: Seconds) -> Store:
    return Store(Clock("Europe/Paris", monotonic=seconds, started=START))


def test_nothing_is_served_before_the_first_read(store: Store) -> None:
    image = store.open(4, MODEL, spans())
    assert image.raw(100, 1) is None
    assert image.read(CURRENT).quality is Quality.UNREAD


def test_a_poll_answer_is_served_untouched(store: Store) -> None:
    image = store.open(4, MODEL, spans())
    image.put(100, FIRST)
    assert store.raw(4, 100, 7) == FIRST
    assert store.raw(4, 102, 2) == FIRST[4:8]
    assert store.raw(4, 99, 2) is None
    assert store.raw(9, 100, 1) is None


def test_a_range_over_two_spans_of_one_block_is_joined(store: Store) -> None:
    image = store.open(4, MODEL, spans())
    image.put(100, FIRST)
    assert image.raw(105, 4) is None
    image.put(107, SECOND)
    assert image.raw(105, 4) == FIRST[10:] + SECOND[:4]
    assert image.raw(100, 14) == FIRST + SECOND


def test_a_range_across_a_block_border_is_not_served(store: Store) -> None:
    image = store.open(4, MODEL, spans())
    image.put(107, SECOND)
    image.put(114, THIRD)
    assert image.raw(113, 2) is None
    assert image.raw(114, 2) == THIRD


def test_put_takes_only_whole_spans(store: Store) -> None:
    image = store.open(4, MODEL, spans())
    for start, data in ((101, FIRST), (100, FIRST[:-2]), (500, b"\0\0")):
        with pytest.raises(ValueError, match="no span"):
            image.put(start, data)


def test_a_block_goes_stale_after_three_periods(store: Store, seconds: Seconds) -> None:
    image = store.open(4, MODEL, spans())
    image.put(100, FIRST)
    seconds.now += 6.0
    assert image.raw(100, 1) is not None
    seconds.now += 0.1
    assert image.raw(100, 1) is None
    reading = image.read(CURRENT)
    assert (reading.quality, reading.value) == (Quality.STALE, 12.346)


def test_a_block_whose_period_changes_is_fresh_by_the_new_one(
    store: Store, seconds: Seconds
) -> None:
    image = store.open(4, MODEL, spans())
    image.put(100, FIRST)
    seconds.now += 10
    assert image.raw(100, 1) is None
    image.spans[0].expect_every(4.0)
    assert image.raw(100, 1) is not None
    assert image.spans[1].is_stale(seconds.now)


def test_a_silent_slave_keeps_its_last_value_as_stale(store: Store, seconds: Seconds) -> None:
    image = store.open(4, MODEL, spans())
    image.put(100, FIRST)
    image.silent = True
    seconds.now += 1.5
    assert image.raw(100, 1) is None
    reading = image.read(CURRENT)
    assert (reading.quality, reading.value, reading.age) == (Quality.STALE, 12.346, 1.5)


def test_a_write_leaves_the_slave_unserved_until_it_is_read_again(store: Store) -> None:
    image = store.open(4, MODEL, spans())
    image.put(100, FIRST)
    image.invalidate()
    assert image.raw(100, 1) is None
    image.put(100, FIRST)
    assert image.raw(100, 1) is not None


def test_a_reading_has_value_time_age_and_the_meters_own_date(
    store: Store, seconds: Seconds
) -> None:
    image = store.open(4, MODEL, spans())
    seconds.now += 10
    image.put(100, FIRST)
    seconds.now += 2
    reading = image.read(CURRENT)
    assert (reading.value, reading.unit, reading.quality) == (12.346, "A", Quality.LIVE)
    assert (reading.time, reading.age) == (START + timedelta(seconds=10), 2.0)
    assert reading.meter_time == datetime(2000, 1, 1, 0, tzinfo=UTC)  # 01:00 in Paris


def test_a_composite_adds_its_parts_and_takes_the_worst_quality(
    store: Store, seconds: Seconds
) -> None:
    image = store.open(4, MODEL, spans())
    assert image.read(ENERGY).quality is Quality.UNREAD
    image.put(100, FIRST)
    assert image.read(ENERGY).value == pytest.approx(2000.5)
    image.put(100, FIRST[:-2] + b"\xff\xff")
    reading = image.read(ENERGY)
    assert (reading.value, reading.quality) == (None, Quality.UNAVAILABLE)
    seconds.now += 60
    assert image.read(ENERGY).quality is Quality.STALE


def test_a_point_outside_all_spans_is_unread(store: Store) -> None:
    image = store.open(4, MODEL, spans())
    assert image.read(FAR).quality is Quality.UNREAD


def test_watchers_hear_of_each_block(store: Store) -> None:
    heard: list[tuple[int, int]] = []
    with store.watch(lambda image, span: heard.append((image.unit, span.start))):
        image = store.open(4, MODEL, spans())
        image.put(100, FIRST)
        image.put(107, SECOND)
    image.put(100, FIRST)
    assert heard == [(4, 100), (4, 107)]


def test_images_are_listed_by_unit_and_can_be_closed(store: Store) -> None:
    for unit in (9, 3):
        store.open(unit, MODEL, spans())
    assert [image.unit for image in store.images()] == [3, 9]
    store.close(3)
    store.close(77)
    assert store.image(3) is None
    assert store.image(9) is not None
