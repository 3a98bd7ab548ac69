"""The workshop's and Easy Config's orders: who may, on what, and what is agreed to first."""

from typing import Any, cast

import pytest

from digigate.bus import Bus
from digigate.bus.roster import Roster
from digigate.catalogue import Catalogue
from digigate.clock import Clock
from digigate.commands import Caller, Commands
from digigate.daemon.orders import Bench, enter_configure, enter_workshop
from digigate.errors import Denied, SettingsError, SlaveError
from digigate.settings.profiles import Profile
from digigate.settings.sections import Addressing, Buses, Line, Role, Rs485
from digigate.settings.topology import BusName, Device, Topology
from fieldbus.talking import Talker, TalkingBus

OWNER, ADMIN, USER = Caller("owner"), Caller("admin", Profile.ADMIN), Caller("user", Profile.USER)
CATALOGUE = Catalogue.load()
TOPOLOGY = Topology(
    devices=(
        Device(address=4, bus=BusName.DIGIWARE, model="digiware-i30"),
        Device(address=20, bus=BusName.RS485, model="diris-b30"),
    )
)
BUSES = Buses(
    digiware=Line(port="/dev/simulated", addressing=Addressing.PRIVATE),
    rs485=Rs485(port="/dev/ttyUSB0"),
)
INOM = {"what": "load-settings.inom", "value": "160"}


@pytest.fixture
def slaves() -> dict[int, Talker]:
    return {
        4: Talker(CATALOGUE.models["digiware-i30"], {"current.i1@instant/load1": 12.5}),
        20: Talker(CATALOGUE.models["diris-b30"]),
    }


@pytest.fixture
def bench(slaves: dict[int, Talker]) -> Bench:
    bus = TalkingBus(slaves)
    roster = Roster(bus, lambda: TOPOLOGY, CATALOGUE)
    return Bench(cast("Bus", bus), roster, CATALOGUE, Clock(), lambda: BUSES)


@pytest.fixture
def commands(bench: Bench) -> Commands:
    table = Commands()
    enter_workshop(table, bench)
    enter_configure(table, bench.roster, CATALOGUE)
    return table


async def test_a_value_is_read_with_its_register(commands: Commands) -> None:
    told: Any = await commands.execute("slave.read", {"address": 4, "what": "current.i1"}, USER)
    (value,) = told["values"]
    assert (value["name"], value["value"]) == ("current.i1@instant/load1", 12.5)
    assert (value["register"], value["raw"], value["text"]) == (18458, "000030d4", "12.5 A")


async def test_a_real_device_is_written_only_once_agreed(
    commands: Commands, slaves: dict[int, Talker]
) -> None:
    with pytest.raises(SettingsError, match=r"writes 160 to load-settings\.inom/load1 of slave 20"):
        await commands.execute("slave.write", {"address": 20, **INOM}, OWNER)
    assert slaves[20].asked == []
    told: Any = await commands.execute(
        "slave.write", {"address": 20, **INOM, "agreed": True}, OWNER
    )
    assert (told["before"]["value"], told["after"]["value"], told["holds"]) == (0, 160, True)


async def test_a_simulated_one_is_written_at_once(commands: Commands) -> None:
    told: Any = await commands.execute("slave.write", {"address": 4, **INOM}, OWNER)
    assert told["holds"]


async def test_users_look_and_administrators_change(commands: Commands) -> None:
    wish = {"address": 4, "settings": {"load-current/1": "25"}}
    shown: Any = await commands.execute("configure.show", {"address": 4}, USER)
    assert {"load-type/1", "load-name/3"} <= {each["key"] for each in shown["settings"]}
    for name, arguments in (("configure.set", wish), ("slave.write", {"address": 4, **INOM})):
        with pytest.raises(Denied):
            await commands.execute(name, arguments, USER)
    with pytest.raises(Denied):
        commands.stream("scan.addresses", {}, USER)
    told: Any = await commands.execute("configure.set", wish, ADMIN)
    assert told["done"]
    assert told["steps"][0]["after"] == "25"


async def test_a_refusal_is_told_by_name(commands: Commands, slaves: dict[int, Talker]) -> None:
    slaves[4].refuses[18458] = 2
    with pytest.raises(SlaveError, match=r"illegal data address \(0x02\)"):
        await commands.execute("slave.read", {"address": 4, "what": "current.i1"}, OWNER)


@pytest.mark.parametrize(
    "arguments",
    [{"address": 0}, {"address": 4, "type": "U128"}, {"address": 4, "count": 126}],
)
async def test_impossible_arguments_are_refused(
    commands: Commands, arguments: dict[str, object]
) -> None:
    with pytest.raises(SettingsError, match=r"slave\.read"):
        await commands.execute("slave.read", {"what": "current.i1", **arguments}, OWNER)


async def test_a_scan_leaves_out_a_port_that_is_turned_round(bench: Bench) -> None:
    assert bench._mastered() == [BusName.DIGIWARE, BusName.RS485]
    turned = BUSES.model_copy(update={"rs485": Rs485(port="/dev/ttyUSB0", role=Role.SLAVE)})
    assert Bench(
        bench.bus, bench.roster, bench.catalogue, bench.clock, lambda: turned
    )._mastered() == [BusName.DIGIWARE]


async def test_a_scan_from_behind_to_before_is_refused(commands: Commands) -> None:
    with pytest.raises(SettingsError, match="from 9 to 3 are no addresses"):
        await anext(commands.stream("scan.addresses", {"first": 9, "last": 3}, OWNER))
