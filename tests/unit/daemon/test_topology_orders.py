"""`topology…` as orders: rights, answers, and what is in force afterwards."""

from pathlib import Path
from typing import Any

import pytest

from digigate.bus import Bus, BusRooms
from digigate.catalogue import Catalogue
from digigate.clock import Clock
from digigate.commands import Caller, Commands
from digigate.conditions import Conditions
from digigate.daemon.orders import Planning, enter_refresh, enter_topology
from digigate.errors import Denied, SettingsError
from digigate.settings import KeptTopology, Settings, TopologyFile, check_change, problems
from digigate.settings.file import written
from digigate.settings.profiles import Profile
from digigate.settings.topology import Topology
from digigate.store import Store
from unit.settings.plants import PLANT, addresses

OWNER, USER = Caller("owner"), Caller("web", Profile.USER)
CATALOGUE = Catalogue.load()
SETTINGS = Settings()


class Scene:
    """The orders over a plant on unwired buses."""

    def __init__(self, folder: Path) -> None:
        self.file = TopologyFile(folder / "topology.yaml")
        clock = Clock()
        rooms = BusRooms(Store(clock), Conditions(clock), clock, CATALOGUE)
        bus = Bus(SETTINGS.buses, SETTINGS.polling, PLANT, rooms)
        self.plan = KeptTopology(PLANT, self._check, self.file.save)
        planning = Planning(self.plan, CATALOGUE, self._problems, bus, lambda: 1)
        self.commands = Commands()
        enter_topology(self.commands, planning)
        enter_refresh(self.commands, planning)

    def _problems(self, topology: Topology) -> Any:
        return problems(SETTINGS, topology, CATALOGUE)

    def _check(self, before: Topology, after: Topology) -> None:
        check_change(self._problems(before), self._problems(after))

    async def order(self, command: str, **arguments: object) -> Any:
        """The answer to the owner."""
        return await self.commands.execute(command, arguments, OWNER)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


async def test_the_list_comes_with_states_and_problems(scene: Scene) -> None:
    answer = await scene.order("topology")
    assert Topology.model_validate(answer["topology"]) == PLANT
    assert {a: s["state"] for a, s in answer["states"].items()} == {
        "3": "silent",
        "6": "silent",
        "20": "silent",
    }
    assert answer["problems"] == []


async def test_an_added_device_has_its_models_usual_bus_and_all_loads(scene: Scene) -> None:
    answer = await scene.order("topology.add", model="I-35", address=7, name="Pumps")
    assert [change["text"] for change in answer["changes"]] == ["device 7 (Pumps): added"]
    added = scene.plan.current.device(7)
    assert added is not None
    assert (added.model, added.bus, len(added.loads)) == ("digiware-i35", "digiware", 3)
    await scene.order("topology.add", model="B-30", address=8, loads=[1, 4])
    other = scene.plan.current.device(8)
    assert other is not None
    assert (other.bus, [load.number for load in other.loads]) == ("rs485", [1, 4])
    assert scene.file.load() == scene.plan.current


@pytest.mark.parametrize(
    ("name", "arguments", "texts"),
    [
        ("remove", {"address": 6}, ["device 6: removed"]),
        ("move", {"address": 20, "position": 1}, ["device 20: moved from position 3 to 1"]),
        (
            "move",
            {"address": 20, "load": 4, "position": 1},
            ["load 20/4: moved from position 4 to 1"],
        ),
        ("rename", {"address": 6, "name": "IT"}, ["device 6: name (empty) -> IT"]),
        (
            "load",
            {"address": 20, "load": 2, "name": "A", "usage": "b"},
            ["load 20/2: name (empty) -> A", "load 20/2: usage (empty) -> b"],
        ),
        ("load", {"address": 20, "load": 2}, []),
        ("readdress", {"address": 6, "to": 60}, ["device 6: removed", "device 60: added"]),
        ("maintenance", {"address": 6, "on": True}, ["device 6: maintenance no -> yes"]),
        ("confirm", {"address": 6}, ["device 6: confirmed no -> yes"]),
        (
            "model",
            {"address": 3, "model": "I-35"},
            [
                "device 3: model digiware-u30 -> digiware-i35",
                "load 3/1: added",
                "load 3/2: added",
                "load 3/3: added",
            ],
        ),
    ],
)
async def test_each_edit_tells_what_changed(
    scene: Scene, name: str, arguments: dict[str, object], texts: list[str]
) -> None:
    answer = await scene.order(f"topology.{name}", **arguments)
    assert [change["text"] for change in answer["changes"]] == texts


async def test_what_the_settings_forbid_is_refused_and_nothing_is_written(scene: Scene) -> None:
    with pytest.raises(SettingsError, match="device 1: 1 is the gateway's own address"):
        await scene.order("topology.add", model="I-35", address=1)
    assert scene.plan.current == PLANT
    assert not scene.file.path.exists()


async def test_an_export_comes_in_again_unchanged(scene: Scene) -> None:
    data = await scene.order("topology.export")
    text = await scene.order("topology.export", form="yaml")
    assert text == written(Topology.model_validate(data))
    preview = await scene.order("topology.preview", text=text)
    assert preview == {"changes": [], "problems": []}
    await scene.order("topology.remove", address=6)
    await scene.order("topology.import", text=text)
    assert scene.plan.current == PLANT


async def test_a_preview_tells_changes_and_problems_and_applies_nothing(scene: Scene) -> None:
    text = "devices: [{address: 1, bus: rs485, model: diris-b3}]"
    preview = await scene.order("topology.preview", text=text)
    assert [change["text"] for change in preview["changes"]][-1] == "device 1: added"
    assert [problem.split(";")[0] for problem in preview["problems"]] == [
        "device 1: 1 is the gateway's own address",
        "device 1: unknown model 'diris-b3'",
    ]
    assert scene.plan.current == PLANT


async def test_a_wrong_text_is_answered_with_line_and_field(scene: Scene) -> None:
    text = "devices:\n  - {address: 7, bus: rs232, model: diris-b30}\n"
    with pytest.raises(SettingsError, match=r"my.yaml: line 2: devices\[0\].bus: .rs232. is not"):
        await scene.order("topology.import", text=text, name="my.yaml")


async def test_a_user_may_change_nothing(scene: Scene) -> None:
    with pytest.raises(Denied):
        await scene.commands.execute("topology.remove", {"address": 6}, USER)
    await scene.commands.execute("topology.remove", {"address": 6}, Caller("web", Profile.ADMIN))
    assert addresses(scene.plan.current) == [3, 20]


async def test_a_device_that_cannot_be_asked_is_told(scene: Scene) -> None:
    events: list[Any] = [
        event async for event in scene.commands.stream("topology.refresh", {}, OWNER)
    ]
    assert [event["address"] for event in events] == [3, 6, 20]
    assert all("error" in event for event in events)
    with pytest.raises(SettingsError, match="there is no device 9"):
        async for _ in scene.commands.stream("topology.refresh", {"address": 9}, OWNER):
            pass
