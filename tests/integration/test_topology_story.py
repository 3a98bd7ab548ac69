"""A technician edits the plan of a running plant from the command line."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from running import Technician, eventually, free_demo


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("technician")


@pytest.fixture(scope="module")
def technician(home: Path) -> Iterator[Technician]:
    with free_demo(home / "state") as gateway:
        yield Technician(gateway)


def test_the_list_shows_every_device_with_its_loads(technician: Technician) -> None:
    def online() -> bool:
        rows = technician.does("topology", "show").splitlines()
        return sum("online" in row for row in rows) == 12

    eventually(online, what="12 devices online")
    shown = technician.does("topology", "show")
    assert "12 devices, " in shown
    assert "3P+N-4CT" in shown


def test_names_and_usages_show_at_once_in_the_api(technician: Technician) -> None:
    technician.does("topology", "rename", "6", "Salle des serveurs")
    said = technician.does("topology", "load", "6", "1", "--name", "Baies", "--usage", "office")
    assert said.splitlines() == [
        "load 6/1 (PC1-2-3): name PC1-2-3 -> Baies",
        "load 6/1 (PC1-2-3): usage it -> office",
    ]
    device = technician.gateway.get("/api/v1/devices/6")
    assert device["name"] == "Salle des serveurs"
    assert (device["loads"][0]["name"], device["loads"][0]["usage"]) == ("Baies", "office")


def test_order_follows_the_technician(technician: Technician) -> None:
    technician.does("topology", "move", "21", "1")
    devices = technician.gateway.get("/api/v1/devices")["devices"]
    assert devices[0]["address"] == 21


def test_a_device_is_added_by_hand_and_removed(technician: Technician) -> None:
    assert technician.does("topology", "add", "I-35", "9", "--name", "Spare") == (
        "device 9 (Spare): added\n"
    )
    added = technician.gateway.get("/api/v1/devices/9")
    assert (added["model"]["key"], added["bus"], len(added["loads"])) == (
        "digiware-i35",
        "digiware",
        3,
    )
    technician.does("topology", "remove", "9")
    assert technician.gateway.status_of("/api/v1/devices/9") == 404


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "I-53", "40"), "unknown model 'I-53'; did you mean digiware-i"),
        (("add", "I-35", "4"), "address 4 is taken by Workshop"),
        (("add", "I-35", "1"), "1 is the gateway's own address"),
        (("add", "I-35", "40", "--loads", "4"), "has 3 loads; there is no load 4"),
        (("remove", "40"), "there is no device 40; known: "),
    ],
)
def test_what_cannot_be_done_says_what_can(
    technician: Technician, words: tuple[str, ...], said: str
) -> None:
    assert said in technician.is_refused("topology", *words)


@pytest.mark.manual(101)
def test_an_export_comes_in_again_as_it_was(technician: Technician, home: Path) -> None:
    before = json.loads(technician.does("topology", "export", "--format", "json"))
    for name, flags in (("plan.yaml", ()), ("plan.json", ("--format", "json"))):
        technician.does("topology", "export", str(home / name), *flags)
        technician.does("topology", "remove", "20")
        technician.does("topology", "rename", "6", "Lost")
        preview = technician.does("topology", "import", str(home / name))
        assert "device 20 (Warehouse): added" in preview
        assert "add --yes to apply this" in preview
        technician.does("topology", "import", str(home / name), "--yes")
        assert json.loads(technician.does("topology", "export", "--format", "json")) == before
    assert technician.gateway.get("/api/v1/devices/20")["name"] == "Warehouse"


def test_a_wrong_file_is_answered_with_line_and_field(technician: Technician, home: Path) -> None:
    path = home / "wrong.yaml"
    path.write_text("devices:\n- address: 7\n  bus: rs232\n  model: diris-b30\n")
    said = technician.is_refused("topology", "import", str(path), "--yes")
    assert f'{path}: line 3: devices[0].bus: "rs232" is not allowed' in said


@pytest.mark.peer("mbpoll")
@pytest.mark.manual(99)
def test_loads_retyped_live_are_noticed_and_refreshed(technician: Technician) -> None:
    gateway = technician.gateway
    assert technician.does("topology", "refresh").count("as it was") == 12
    port = str(gateway.ports()["modbus_tcp"])
    written = subprocess.run(
        ["mbpoll", "-m", "tcp", "-p", port, "-a", "7", "-0", "-r", "13857", "-1", "-q",
         "127.0.0.1", "9"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert written.returncode == 0, written.stdout

    def changed() -> list[str]:
        conditions = gateway.get("/api/v1/conditions")["conditions"]
        return [c["reason"] for c in conditions if c["name"] == "loads.changed"]

    eventually(changed, what="the condition loads.changed")
    (reason,) = changed()
    assert reason.startswith("slave 7 (Technical room): its loads changed")
    assert reason.endswith("(load 2 is 3P+N-4CT, was 1P+N-1CT): refresh them")
    said = technician.does("topology", "refresh", "7")
    assert said == "load 7/2 (Cold room): type 1P+N-1CT -> 3P+N-4CT\n"
    assert changed() == []


def conditions(technician: Technician, name: str) -> list[str]:
    found = technician.gateway.get("/api/v1/conditions")["conditions"]
    return [c["subject"] for c in found if c["name"] == name]


def test_a_refresh_accepts_a_device_that_was_replaced(technician: Technician) -> None:
    plan = technician.does("topology", "export")
    other = plan.replace("24232030009", "24230010001")
    assert other != plan
    technician.does("topology", "import", "-", "--yes", given=other)
    eventually(lambda: conditions(technician, "slave.replaced") == ["6"], what="slave.replaced")
    said = technician.does("topology", "refresh", "6")
    assert "serial 24230010001 -> 24232030009" in said
    eventually(lambda: conditions(technician, "slave.replaced") == [], what="its end")


def test_a_refresh_recognises_another_model(technician: Technician) -> None:
    technician.does("topology", "model", "20", "countis-e24")
    eventually(lambda: conditions(technician, "slave.stranger") == ["20"], what="slave.stranger")
    said = technician.does("topology", "refresh", "20")
    assert "model countis-e24 -> diris-b30" in said
    assert "load 20/4 (Forklift chargers): added" in said
    eventually(lambda: conditions(technician, "slave.stranger") == [], what="its end")


def test_32_devices_with_192_loads_are_full(technician: Technician, home: Path) -> None:
    plan = technician.does("topology", "export")
    extra = [
        {"address": 100 + n, "bus": "digiware", "model": "digiware-i60", "loads": [
            {"number": number} for number in range(1, 7)
        ]}
        for n in range(20)
    ]  # fmt: skip
    topology = yaml.safe_load(plan)
    topology["devices"] += extra
    path = home / "full.yaml"
    path.write_text(yaml.safe_dump(topology))
    technician.does("topology", "import", str(path), "--yes")
    said = technician.is_refused("topology", "add", "I-35", "200")
    assert "there are 32 devices, the most that this gateway can have (§6.2)" in said
    technician.does("topology", "import", "-", "--yes", given=plan)
    assert len(technician.gateway.get("/api/v1/devices")["devices"]) == 12


def test_what_was_edited_outlives_a_restart(home: Path) -> None:
    with free_demo(home / "again") as gateway:
        Technician(gateway).does("topology", "rename", "6", "Kept")
        assert gateway.stop() == 0
    with free_demo(home / "again") as gateway:
        assert gateway.get("/api/v1/devices/6")["name"] == "Kept"
