"""Gateway, devices, loads, buses, inputs and outputs as managers see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from digigate.bus.status import (
    Counters,
    LineState,
    LineStatus,
    SlaveIdentity,
    SlaveState,
    SlaveStatus,
)
from digigate.catalogue import Point
from digigate.conditions import Conditions
from digigate.services.snmp.ber import (
    COUNTER32,
    GAUGE32,
    NO_SUCH_INSTANCE,
    OCTETS,
    TIMETICKS,
    integer,
    pack,
    text,
    tlv,
    unpack,
)
from digigate.services.snmp.forest import Forest
from digigate.services.snmp.identification import transformers
from digigate.services.snmp.measures import PRODUCTS
from digigate.services.snmp.mib.groups import groups
from digigate.services.snmp.products import Sight, tables
from digigate.services.snmp.schema import places
from digigate.settings.sections import Settings
from snmp.plant import CATALOGUE, Plant, device, get, walked

SEEN = datetime(2026, 6, 1, 11, 59, 58, 300_000, tzinfo=UTC)
NOTHING = Counters()


class FakeBus:
    """What the bus tells of itself."""

    def __init__(self) -> None:
        self.looks = 0

    def slaves(self) -> dict[int, SlaveStatus]:
        self.looks += 1
        told = SlaveIdentity("digiware-io10", "IO-10", "24400010004", 7, "2.1.0")
        online = SlaveStatus(
            4, "digiware", SlaveState.ONLINE, SEEN, "", SEEN, NOTHING, None, None, None, told
        )
        silent = SlaveStatus(
            5, "digiware", SlaveState.SILENT, SEEN, "", None, NOTHING, None, None, 1.0
        )
        return {4: online, 5: silent}

    def lines(self) -> tuple[LineStatus, ...]:
        counted = Counters(asked=12, answered=2**32 + 7, timeouts=3, crc_errors=2)
        return tuple(
            LineStatus(name, "", LineState.UP, SEEN, "", 38400, counted, 0.5, 0.2, 0.25, 0.3)
            for name in ("digiware", "rs485", "annexe")
        )


@dataclass
class Changed:
    """Two changes."""

    count: int = 2
    last: int = 4711


class Site(Plant):
    """A plant with all that the tables look at."""

    def __init__(self) -> None:
        super().__init__(device(4, "digiware-io10", [1, 2]), device(5, "digiware-i35", [1]))
        self.bus = FakeBus()
        self.settings = Settings()
        self.conditions = Conditions(self.clock)

    def forest(self) -> Forest:
        return Forest(tables(self.sight()))

    def sight(self) -> Sight:
        return Sight(
            settings=lambda: self.settings,
            topology=lambda: self.topology,
            store=self.store,
            bus=self.bus,
            catalogue=CATALOGUE,
            conditions=self.conditions,
            clock=self.clock,
            changes=Changed(),
        )


@pytest.fixture
def site() -> Site:
    site = Site()
    for address in (4, 5):
        site.fill(address)
    return site


def test_the_gateway(site: Site) -> None:
    forest = site.forest()
    site.conditions.set("slave.timeout", "5", "it does not answer")
    identity = site.settings.gateway.identity()
    told = {arc: get(forest, 10, 1, arc, 0) for arc in range(1, 11)}
    assert told == {
        1: text("DIRIS DIGIWARE M-70"),
        2: text("00000000000"),
        3: text(identity.firmware),
        4: text("00000000"),
        5: text("SITE"),
        6: tlv(OCTETS, bytes.fromhex("07ea06010e0000002b0200")),
        7: integer(2, COUNTER32),
        8: integer(4711, TIMETICKS),
        9: integer(1, GAUGE32),
        10: tlv(OCTETS, b"\xbe\x00"),
    }


def test_the_devices(site: Site) -> None:
    forest = site.forest()
    assert row(forest, (10, 20, 1), 4) == {
        2: text("DIRIS Digiware IO-10"),
        3: text("board 4"),
        4: text("24400010004"),
        5: text("2.1.0"),
        6: integer(1),
        7: integer(1),
        8: tlv(OCTETS, bytes.fromhex("07ea06010d3b3a032b0200")),
        9: integer(2, GAUGE32),
    }
    silent = row(forest, (10, 20, 1), 5)
    assert (silent[4], silent[7], silent[8]) == (text(""), integer(2), tlv(OCTETS, bytes(8)))


def test_the_bus_is_not_asked_for_every_value(site: Site) -> None:
    forest = site.forest()
    walked(forest, 10, 20)
    assert site.bus.looks == 1
    site.seconds += 1
    walked(forest, 10, 20)
    assert site.bus.looks == 2


def test_the_loads(site: Site) -> None:
    forest = site.forest()
    nominal = site.image(5).model.measurement(1, "power.apparent.nominal")
    assert nominal is not None
    assert row(forest, (10, 30, 1), 5, 1) == {
        3: text("circuit 1"),
        4: text("3P+N-4CT"),
        5: integer(4, GAUGE32),
        7: integer(int(str(site.image(5).read(nominal).value or 0)), GAUGE32),
        8: text(""),
    }


@pytest.mark.parametrize(("type_", "count"), [("1P+N-1CT", 1), ("3P", 0), ("", 0)])
def test_transformers_of_a_load(type_: str, count: int) -> None:
    assert transformers(type_) == count


def test_the_buses(site: Site) -> None:
    forest = site.forest()
    assert row(forest, (10, 40, 1), 2) == {
        2: integer(38400, GAUGE32),
        3: integer(1),
        4: integer(250, GAUGE32),
        5: integer(7, COUNTER32),
        6: integer(3, COUNTER32),
        7: integer(2, COUNTER32),
    }
    assert [oid[4:] for oid in walked(forest, 10, 40, 1, 2)] == [(1,), (2,)]


def test_inputs_and_outputs(site: Site) -> None:
    forest = site.forest()
    put(
        site,
        4,
        {"logical-input.inputs_active_mask": 0b0101, "logical-output.outputs_active_mask": 2},
    )
    assert [get(forest, 30, 20, 1, 3, 4, n) for n in (1, 2, 3, 4)] == [
        integer(1), integer(0), integer(1), integer(0),
    ]  # fmt: skip
    assert [get(forest, 30, 30, 1, 3, 4, n) for n in (1, 2)] == [integer(0), integer(1)]
    assert get(forest, 30, 30, 1, 3, 4, 3) == NO_SUCH_INSTANCE
    site.image(4).invalidate()
    assert get(forest, 30, 30, 1, 3, 4, 1) == NO_SUCH_INSTANCE


def test_pulse_counters(site: Site) -> None:
    forest = site.forest()
    put(site, 4, {"multifluid@total/load2": 70_000, "pulse-meter.weight/load2": 250})
    assert get(forest, 20, 100, 1, 3, 4, 2) == integer(70_000, GAUGE32)
    assert get(forest, 20, 100, 1, 5, 4, 2) == integer(250)
    assert get(forest, 20, 100, 1, 3, 5, 1) == NO_SUCH_INSTANCE


def test_only_what_can_begin_anew_is_idle(site: Site) -> None:
    forest = site.forest()
    assert [get(forest, 50, 20, 1, arc, 5, 1) for arc in (3, 4, 5)] == 3 * [integer(0)]
    assert get(forest, 50, 20, 1, 3, 4, 1) == NO_SUCH_INSTANCE


def test_when_measurements_were_taken(site: Site) -> None:
    forest = site.forest()
    put(site, 5, {"instant.timestamp/load1": 833623200, "average.integration_time/load1": 600})
    assert get(forest, 20, 10, 1, 3, 5, 1) == tlv(OCTETS, bytes.fromhex("07ea06010a000000"))
    assert get(forest, 20, 10, 1, 5, 5, 1) == integer(600, GAUGE32)
    assert get(forest, 20, 10, 1, 5, 4, 1) == integer(0, GAUGE32)


def test_every_place_of_the_data_is_served(site: Site) -> None:
    forest = site.forest()
    met = {unpack(oid)[: len(PRODUCTS) + 2] for oid, _ in forest.walk(pack(PRODUCTS))}
    assert {place.oid for place in places().values() if place.shown} - met == set()


def test_the_mib_has_just_what_is_served(site: Site) -> None:
    described = {
        (*group.oid, *([1] if group.entry else []), each.arc)
        for group in groups()
        for each in group.objects
        if each.access.startswith("read-")
    }
    served = [column for table in tables(site.sight()) for column in table.columns]
    assert described == set(served)


def row(forest: Forest, entry: tuple[int, ...], *index: int) -> Mapping[int, bytes]:
    return {
        oid[len(entry)]: get(forest, *oid)
        for oid in walked(forest, *entry)
        if oid[len(entry) + 1 :] == index
    }


def put(site: Site, address: int, values: dict[str, int]) -> None:
    """Have the slave tell these numbers."""
    image = site.image(address)
    for name, number in values.items():
        point = image.model.named[name]
        assert isinstance(point, Point)
        for span in image.spans:
            at, size = 2 * (point.address - span.start), 2 * point.words
            if 0 <= at < len(span.data):
                data = span.data[:at] + number.to_bytes(size, "big") + span.data[at + size :]
                image.put(span.start, data)
