"""The plan: few reads, none across a declared border, and what a cycle of them costs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digigate.bus.plan import (
    READ_MAX,
    Read,
    cycle_time,
    cycles_to_rotate,
    greatest_age,
    plan,
    read_time,
)
from digigate.bus.timing import Wire
from digigate.catalogue import (
    Block,
    Certainty,
    Detection,
    LoadPlan,
    Model,
    Pace,
    Point,
    Probe,
    RegisterType,
    Statistic,
)
from digigate.settings.sections import Line

WIRE = Wire.of(Line.model_validate({"parity": "even"}))


def model(blocks: list[Block], points: tuple[Point, ...] = ()) -> Model:
    return Model(
        "test", "TEST", "test", Certainty.OFFICIAL, Detection.FAST,
        Probe(400, "TEST", "TEST", 60000), LoadPlan(4, 2048), 66, tuple(blocks), points, (),
    )  # fmt: skip


def point(block: Block, address: int, words: int) -> Point:
    return Point(
        f"p{address}", address, words, RegisterType.U32, 1.0, "", None, Statistic.INSTANT,
        block.load, block.name, writable=False, source="test",
    )  # fmt: skip


def block(start: int, count: int, pace: Pace = Pace.INSTANT, load: int = 0) -> Block:
    return Block(f"b{start}", start, count, pace, load)


def test_only_the_device_and_its_configured_loads_are_read() -> None:
    blocks = [block(36864, 10), *(block(18432 + 2048 * n, 92, load=n + 1) for n in range(4))]
    assert [r.start for r in plan(model(blocks), (2, 3))] == [20480, 22528, 36864]


def test_blocks_on_demand_are_left_to_clients() -> None:
    blocks = [block(100, 10), block(50000, 66, Pace.DEMAND)]
    assert plan(model(blocks), ()) == (Read(100, 10, Pace.INSTANT, "b100"),)


def test_adjacent_blocks_are_never_merged() -> None:
    assert len(plan(model([block(100, 10), block(110, 10)]), ())) == 2


def test_a_long_block_is_cut_between_points() -> None:
    long = block(1000, 145, Pace.BOUNDARY)
    points = tuple(point(long, 1000 + 4 * i, 4) for i in range(36))
    first, second = plan(model([long], points), ())
    assert (first.start, first.count) == (1000, 124)
    assert (second.start, second.count) == (1124, 21)


@given(data=st.data())
def test_every_register_is_read_once_and_inside_its_block(data: st.DataObject) -> None:
    blocks, points, start = [], [], 0
    for count in data.draw(st.lists(st.integers(1, 400), min_size=1, max_size=6)):
        new = block(start, count, data.draw(st.sampled_from(Pace)), data.draw(st.integers(0, 2)))
        blocks.append(new)
        at = start
        while at < start + count:
            words = min(data.draw(st.integers(1, 8)), start + count - at)
            points.append(point(new, at, words))
            at += words
        start += count + data.draw(st.integers(0, 3))
    reads = plan(model(blocks, tuple(points)), (1,))
    wanted = [b for b in blocks if b.pace is not Pace.DEMAND and b.load in (0, 1)]
    covered = [a for r in reads for a in range(r.start, r.start + r.count)]
    assert sorted(covered) == sorted(a for b in wanted for a in range(b.start, b.start + b.count))
    borders = {b.name: b for b in blocks}
    cuts = {r.start for r in reads} | {r.start + r.count for r in reads}
    for read in reads:
        home = borders[read.block]
        assert home.start <= read.start
        assert read.start + read.count <= home.start + home.count
        assert read.count <= READ_MAX
        assert read.pace is home.pace
    assert not any(p.address < cut < p.address + p.words for p in points for cut in cuts)


def test_a_full_bus_takes_what_the_design_says() -> None:
    """32 slaves of 6 loads, 3 reads of 120 instant registers each: 7.8 s at 38400, 5 ms."""
    reads = [Read(n, 120, Pace.INSTANT, "") for n in range(96)]
    assert cycle_time(reads, WIRE, 0.005) == pytest.approx(7.8, abs=0.1)


def test_energies_do_not_lengthen_an_ordinary_cycle() -> None:
    reads = [Read(0, 92, Pace.INSTANT, ""), Read(200, 66, Pace.BOUNDARY, "")]
    assert cycle_time(reads, WIRE, 0.005) == read_time(reads[0], WIRE, 0.005)


def test_rotating_reads_take_their_share() -> None:
    instant = [Read(n, 92, Pace.INSTANT, "") for n in range(10)]
    rotating = [Read(n, 113, Pace.ROTATING, "") for n in range(9)]
    one = read_time(rotating[0], WIRE, 0.005)
    assert cycles_to_rotate([*instant, *rotating]) == 5
    assert cycle_time([*instant, *rotating], WIRE, 0.005) == pytest.approx(
        cycle_time(instant, WIRE, 0.005) + 2 * one
    )
    assert cycles_to_rotate(instant) == 1


def test_the_greatest_age_of_each_class_can_be_told() -> None:
    instant = Read(0, 92, Pace.INSTANT, "")
    energy = Read(200, 66, Pace.BOUNDARY, "")
    slow = [Read(300 + n, 113, Pace.ROTATING, "") for n in range(4)]
    line = [instant, energy, *slow]
    cycle = cycle_time(line, WIRE, 0.005)

    def age(read: Read) -> float:
        return greatest_age(read, line, WIRE, 0.005, integration=600) - read_time(read, WIRE, 0.005)

    assert age(instant) == pytest.approx(cycle)
    assert age(energy) == pytest.approx(600 + cycle)
    assert age(slow[0]) == pytest.approx(4 * cycle)


def test_a_read_is_asked_by_function_3() -> None:
    assert Read(18432, 92, Pace.INSTANT, "").pdu == bytes.fromhex("034800005c")
