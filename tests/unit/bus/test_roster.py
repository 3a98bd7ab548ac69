"""Who sits where, and to whom nothing is written."""

from collections.abc import AsyncGenerator, Hashable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from digigate.bus import Counters, SlaveState, SlaveStatus
from digigate.bus.conversation import Ask
from digigate.bus.roster import Roster
from digigate.catalogue import Catalogue
from digigate.errors import SettingsError, SlaveTimeout
from digigate.settings.topology import BusName, Device, RemoteGateway, Topology

TOPOLOGY = Topology(
    gateways=(RemoteGateway(key="cellar", model="diris-m70", host="cellar"),),
    devices=(
        Device(address=4, bus=BusName.DIGIWARE, model="digiware-i30"),
        Device(address=9, bus=BusName.RS485, model="mystery"),
        Device(address=41, bus=BusName.RS485, model="diris-b30", gateway="cellar", remote=4),
    ),
)


class FakeBus:
    def __init__(self) -> None:
        self.state = SlaveState.ONLINE
        self.gone = False

    def slaves(self) -> dict[int, SlaveStatus]:
        since = datetime(2026, 1, 1, tzinfo=UTC)
        told = SlaveStatus(
            4, "digiware", self.state, since, "said so", None, Counters(), None, None, None
        )
        return {4: told}

    @asynccontextmanager
    async def session(self, unit: int, client: Hashable) -> AsyncGenerator[Ask, None]:
        async def ask(pdu: bytes) -> bytes:
            if self.gone:
                raise KeyError(unit)
            return pdu

        yield ask


@pytest.fixture
def bus() -> FakeBus:
    return FakeBus()


@pytest.fixture
def roster(bus: FakeBus) -> Roster:
    return Roster(bus, lambda: TOPOLOGY, Catalogue.load())


def test_models_are_found_by_address_and_by_unit_of_a_line(roster: Roster) -> None:
    def key(line: str, unit: int) -> str | None:
        model = roster.model_on(line, unit)
        return model.key if model else None

    assert (key("digiware", 4), key("cellar", 4)) == ("digiware-i30", "diris-b30")
    assert (key("rs485", 41), key("rs485", 9), key("digiware", 5)) == (None, None, None)
    model = roster.model(41)
    assert model is not None
    assert model.key == "diris-b30"


async def test_a_strange_address_is_told_who_is_there(roster: Roster) -> None:
    with pytest.raises(SettingsError, match="no slave 7; it has 4, 9, 41"):
        async with roster.talk(7, "me"):
            pass
    with pytest.raises(SettingsError, match="does not know 'mystery' of slave 9"):
        async with roster.talk(9, "me"):
            pass


@pytest.mark.parametrize("state", [s for s in SlaveState if s is not SlaveState.ONLINE])
async def test_nothing_is_written_to_who_has_not_said_who_it_is(
    bus: FakeBus, roster: Roster, state: SlaveState
) -> None:
    bus.state = state
    async with roster.talk(4, "me") as talk:
        assert talk.model.key == "digiware-i30"
    with pytest.raises(SettingsError, match=f"slave 4: it is {state}, said so"):
        async with roster.talk(4, "me", writing=True):
            pass


async def test_a_slave_that_leaves_meanwhile_is_a_timeout(bus: FakeBus, roster: Roster) -> None:
    async with roster.talk(4, "me", writing=True) as talk:
        bus.gone = True
        with pytest.raises(SlaveTimeout, match="has left the topology"):
            await talk.read(100, 1)
