"""SETs over slaves made of dictionaries and settings in a file: all of a request, or nothing."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from digigate.bus.roster import Roster
from digigate.bus.status import SlaveState
from digigate.catalogue import Catalogue
from digigate.clock import Clock
from digigate.commands import Caller, Commands
from digigate.daemon.keeping import SettingsKeeper
from digigate.daemon.orders import enter_configure, enter_counters, enter_settings
from digigate.services.snmp import ber
from digigate.services.snmp.ber import Oid
from digigate.services.snmp.tree import ErrorStatus, Outcome
from digigate.services.snmp.writing import SnmpWriter, writer
from digigate.settings import KeptSettings
from digigate.settings.editing import all_loads
from digigate.settings.profiles import Profile
from digigate.settings.sections import Settings
from digigate.settings.topology import BusName, Device, Topology
from digigate.store import Store
from fieldbus.talking import Talker, TalkingBus, status

CATALOGUE = Catalogue.load()
PRODUCTS = (1, 3, 6, 1, 4, 1, 4555, 10)
SYSTEM = (1, 3, 6, 1, 2, 1, 1)
CONTACT, NAME, LOCATION = ((*SYSTEM, arc, 0) for arc in (4, 5, 6))
TRAPS = (1, 3, 6, 1, 2, 1, 11, 30, 0)
ACTIVE, CMD_OFF, CMD_ON = 11282, 11284, 11285
LOADS = 3
DONE = Outcome(ErrorStatus.NO_ERROR)
ON, OFF = ber.integer(1), ber.integer(0)
WHO = Caller("snmp v2c", Profile.ADMIN, "192.0.2.7")


def _output(address: int, output: int) -> Oid:
    return (*PRODUCTS, 30, 30, 1, 3, address, output)


def _reset(column: int, address: int, load: int) -> Oid:
    return (*PRODUCTS, 50, 20, 1, column, address, load)


class Relay(Talker):
    """A module whose outputs follow the masks that are written; deaf to those in `broken`."""

    broken = 0

    async def ask(self, pdu: bytes) -> bytes:
        answer = await super().ask(pdu)
        if pdu[0] != 3:
            state = self.words.get(ACTIVE, 0)
            state = state & ~self.words.pop(CMD_OFF, 0) | self.words.pop(CMD_ON, 0)
            self.words[ACTIVE] = state & ~self.broken
        return answer


class Keeper:
    """Settings that act as soon as they are kept."""

    def __init__(self, kept: KeptSettings) -> None:
        self.kept = kept

    def act(self) -> None:
        """Nothing else to do."""

    def pending(self) -> tuple[str, ...]:
        """Nothing waits."""
        return ()


class Site:
    """A module with two outputs, meters with three loads, one and one, the gateway's settings."""

    def __init__(self, layer: Path) -> None:
        self.relay = Relay(CATALOGUE.models["digiware-io10"])
        self.meter = Talker(CATALOGUE.models["diris-b30"])
        self.single = Talker(CATALOGUE.models["diris-a14"])
        self.watcher = Talker(CATALOGUE.models["diris-a10"])
        talkers = {10: self.relay, 20: self.meter, 30: self.single, 40: self.watcher}
        self.bus = TalkingBus(talkers)
        self.kept = KeptSettings(Settings(), None, layer)
        self.notes: list[tuple[str, str, str, str]] = []
        commands = Commands(self._note)
        devices = tuple(
            Device(
                address=address,
                bus=BusName.RS485,
                model=talker.model.key,
                loads=all_loads(talker.model)[:LOADS],
            )
            for address, talker in talkers.items()
        )
        topology = Topology(devices=devices)
        roster = Roster(self.bus, lambda: topology, CATALOGUE)
        enter_configure(commands, roster, CATALOGUE)
        enter_counters(commands, roster, CATALOGUE)
        enter_settings(commands, cast("SettingsKeeper", Keeper(self.kept)))
        self.writer: SnmpWriter = writer(commands, roster, Store(Clock()))

    def _note(
        self, who: str, client: str, what: str, outcome: str, facts: Mapping[str, Any]
    ) -> None:
        self.notes.append((who, client, what, outcome))

    async def set(self, *wanted: tuple[Oid, bytes], who: Caller = WHO) -> Outcome:
        """One SET."""
        return await self.writer.write(wanted, who)

    @property
    def outputs(self) -> int:
        """The module's outputs as a mask."""
        return self.relay.words.get(ACTIVE, 0)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "settings.yaml")


async def test_an_output_is_switched_and_somebody_is_written_down(site: Site) -> None:
    assert await site.set((_output(10, 2), ON)) == DONE
    assert site.outputs == 0b10
    assert site.notes == [("snmp v2c", "192.0.2.7", "configure.set", "done")]
    assert await site.set((_output(10, 2), OFF)) == DONE
    assert site.outputs == 0


async def test_texts_are_the_gateways_settings_and_outlast_it(site: Site, tmp_path: Path) -> None:
    texts = {CONTACT: "Anaïs", NAME: "gw-3", LOCATION: "Halle 3"}
    assert await site.set(*((oid, ber.text(text)) for oid, text in texts.items())) == DONE
    again = KeptSettings(Settings(), None, tmp_path / "settings.yaml").current
    assert (again.snmp.contact, again.gateway.server, again.snmp.location) == tuple(texts.values())


async def test_traps_of_wrong_credentials_are_switched(site: Site) -> None:
    assert await site.set((TRAPS, ber.integer(2))) == DONE
    assert not site.kept.current.snmp.authen_traps


@pytest.mark.parametrize(
    ("oid", "written"),
    [
        (_reset(3, 20, 2), "reset-extremes/2"),
        (_reset(4, 20, 1), "reset-average-extremes/1"),
        (_reset(5, 20, 3), "reset-partial-energies/3"),
        (_reset(5, 30, 1), "reset-partial-energies"),
    ],
)
async def test_what_a_load_has_counted_begins_anew(site: Site, oid: Oid, written: str) -> None:
    slave = site.meter if oid[-2] == 20 else site.single
    assert await site.set((oid, OFF)) == DONE
    assert slave.writes == []
    assert await site.set((oid, ON)) == DONE
    assert len([write for write in slave.writes if "58112" not in write]) == 1
    assert [note[2] for note in site.notes] == ["counters.reset"]


@pytest.mark.parametrize(
    ("oid", "value", "expected"),
    [
        ((*SYSTEM, 1, 0), ber.text("x"), ErrorStatus.NOT_WRITABLE),
        ((1, 3, 6, 1, 4, 1, 9), ON, ErrorStatus.NOT_WRITABLE),
        (_output(10, 1)[:-2], ON, ErrorStatus.NOT_WRITABLE),
        (CONTACT, ON, ErrorStatus.WRONG_TYPE),
        (_output(10, 1), ber.text("on"), ErrorStatus.WRONG_TYPE),
        (NAME, ber.text("x" * 33), ErrorStatus.WRONG_LENGTH),
        (CONTACT, ber.text("x" * 256), ErrorStatus.WRONG_LENGTH),
        (_output(10, 1), ber.integer(2), ErrorStatus.WRONG_VALUE),
        (_reset(3, 20, 1), ber.integer(7), ErrorStatus.WRONG_VALUE),
        (TRAPS, ber.integer(0), ErrorStatus.WRONG_VALUE),
        ((*CONTACT[:-1], 1), ber.text("x"), ErrorStatus.NO_CREATION),
        (_output(10, 3), ON, ErrorStatus.NO_CREATION),
        (_output(20, 9), ON, ErrorStatus.NO_CREATION),
        (_output(99, 1), ON, ErrorStatus.NO_CREATION),
        ((*_output(10, 1), 1), ON, ErrorStatus.NO_CREATION),
        (_output(40, 1), ON, ErrorStatus.NOT_WRITABLE),  # no table tells how
        (_reset(3, 20, 4), ON, ErrorStatus.NO_CREATION),  # its model has it, the topology not
        (_reset(3, 20, 5), ON, ErrorStatus.NO_CREATION),
        (_reset(3, 99, 1), ON, ErrorStatus.NO_CREATION),
        (_reset(4, 30, 1), ON, ErrorStatus.NO_CREATION),
        (_reset(5, 10, 1), ON, ErrorStatus.NO_CREATION),
    ],
)
async def test_one_wrong_variable_has_its_error_and_nothing_is_set(
    site: Site, oid: Oid, value: bytes, expected: ErrorStatus
) -> None:
    outcome = await site.set((_output(10, 1), ON), (LOCATION, ber.text("here")), (oid, value))
    assert outcome == Outcome(expected, 3)
    assert (site.outputs, site.relay.writes, site.meter.writes, site.notes) == (0, [], [], [])


async def test_one_variable_may_not_be_two_things(site: Site) -> None:
    twice = await site.set((_output(10, 1), ON), (_output(10, 1), OFF))
    assert twice == Outcome(ErrorStatus.INCONSISTENT_VALUE, 2)
    assert await site.set((_output(10, 1), ON), (_output(10, 1), ON)) == DONE


async def test_a_slave_that_is_away_takes_nothing(site: Site) -> None:
    site.bus.states[10] = status(10, SlaveState.SILENT)
    outcome = await site.set((CONTACT, ber.text("me")), (_output(10, 1), ON))
    assert outcome == Outcome(ErrorStatus.RESOURCE_UNAVAILABLE, 2)
    assert site.kept.current.snmp.contact == ""


async def test_a_failure_undoes_what_was_done(site: Site) -> None:
    site.relay.words[ACTIVE] = 0b10
    site.meter.refuses[20097] = site.meter.refuses[20098] = 4
    outcome = await site.set(
        (_output(10, 1), ON),
        (_reset(5, 20, 1), ON),
        (_output(10, 2), OFF),
        (NAME, ber.text("gw-3")),
    )
    assert outcome == DONE
    site.meter.refuses = {point.address: 4 for point in site.meter.model.points}
    outcome = await site.set(
        (_output(10, 1), OFF), (_reset(5, 20, 1), ON), (NAME, ber.text("gw-4"))
    )
    assert outcome == Outcome(ErrorStatus.COMMIT_FAILED, 2)
    assert (site.outputs, site.kept.current.gateway.server) == (0b01, "gw-3")


async def test_an_output_that_does_not_move_fails_alone(site: Site) -> None:
    site.relay.broken = 0b10
    outcome = await site.set((_output(10, 1), ON), (_output(10, 2), ON))
    assert outcome == Outcome(ErrorStatus.COMMIT_FAILED, 2)
    assert site.outputs == 0


async def test_what_cannot_be_undone_is_said(site: Site) -> None:
    outcome = await site.set((_reset(5, 20, 1), ON), (CONTACT, ber.text("me")))
    assert outcome == DONE
    site.single.refuses = {point.address: 4 for point in site.single.model.points}
    outcome = await site.set((_reset(5, 20, 1), ON), (_reset(5, 30, 1), ON))
    assert outcome == Outcome(ErrorStatus.UNDO_FAILED)


async def test_a_slave_that_falls_silent_half_way_leaves_its_outputs_undecided(site: Site) -> None:
    site.relay.deaf_after = 3  # it has switched one, and does not hear of the other
    outcome = await site.set((_output(10, 1), ON), (_output(10, 2), ON))
    assert outcome.status is ErrorStatus.UNDO_FAILED


@pytest.mark.parametrize(
    "who",
    [
        Caller("reader", Profile.ADMIN, reads_only=True),
        Caller("user", Profile.USER),
    ],
)
async def test_who_may_not_write_has_no_access(site: Site, who: Caller) -> None:
    outcome = await site.set((_output(10, 1), ON), who=who)
    assert outcome == Outcome(ErrorStatus.NO_ACCESS, 1)
    assert site.relay.writes == []


async def test_one_waits_for_the_other(site: Site) -> None:
    wanted = [(_output(10, 1), ON), (_output(10, 2), ON)]
    both = await asyncio.gather(site.set(*wanted), site.set(*((oid, OFF) for oid, _ in wanted)))
    assert {*both} == {DONE}
    assert site.outputs == 0


async def test_who_leaves_does_not_stop_it_half_way(site: Site) -> None:
    setting = asyncio.create_task(site.set((_output(10, 1), ON), (_output(10, 2), ON)))
    await asyncio.sleep(0)
    setting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await setting
    assert await site.set((CONTACT, ber.text("me"))) == DONE  # it waits for its turn
    assert site.outputs == 0b11


async def test_nothing_wanted_is_nothing_done(site: Site) -> None:
    assert await site.set() == DONE
