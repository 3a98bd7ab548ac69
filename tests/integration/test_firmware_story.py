"""An update from file to running version, and broken ones that are taken back (§11.3.6, §4)."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from digigate.errors import Unreachable
from releases import Maker, copied_wheel
from running import Gateway, Technician, eventually, start_run

SETTINGS = """
modbus_tcp: {port: 0}
web: {https_port: 0, http_port: null}
snmp: {port: 0}
firmware: {ready_within: 20, steady_for: 1}
"""
GOOD, OLDER = "50.1.0", "0.0.1"
BROKEN = {
    "50.2.0": ("digigate/daemon/__init__.py", "import no_such_module\n", "no_such_module"),
    "50.3.0": (
        "digigate/daemon/serving.py",
        "async def serve(*_):\n    raise RuntimeError('out of order')\n",
        "out of order",
    ),
}


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    return Maker(tmp_path_factory.mktemp("maker"))


@pytest.fixture(scope="module")
def gateway(maker: Maker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("firmware")
    settings = folder / "settings.yaml"
    settings.write_text(SETTINGS)
    maker.is_trusted_by(folder / "state")
    with start_run(folder / "state", settings) as gateway:
        yield gateway


def firmware(gateway: Gateway) -> dict[str, Any]:
    try:
        told: dict[str, Any] = gateway.order("firmware")
    except Unreachable as error:
        raise AssertionError("it is between two runs") from error
    return told


def settled(gateway: Gateway) -> dict[str, Any]:
    """What the gateway says once no release is on trial."""

    def look() -> dict[str, Any] | None:
        told = firmware(gateway)
        return told if told["trial"] is None and gateway.ports() else None

    found: dict[str, Any] = eventually(look, what="the end of the trial")
    return found


@pytest.mark.manual(18, 297)
def test_a_signed_release_is_installed_by_hand_and_runs(gateway: Gateway, maker: Maker) -> None:
    technician = Technician(gateway)
    image = maker.image(copied_wheel(maker.folder, GOOD), name="good.dfu", minimum="0.5.0")
    pid = gateway.process.pid
    assert "may be installed" in technician.does("firmware", "stage", str(image))
    assert GOOD in technician.does("firmware", "install")
    eventually(lambda: firmware(gateway)["version"] == GOOD, what="the new version")
    told = settled(gateway)
    assert (told["version"], told["slot"], told["floor"]) == (GOOD, "a", "0.5.0")
    assert (told["reverted"], told["staged"]) == (None, None)
    assert gateway.get("/api/v1/gateway")["firmware"] == GOOD
    assert (gateway.process.pid, gateway.process.poll()) == (pid, None)
    assert f"running   {GOOD} from a" in technician.does("firmware", "show")


@pytest.mark.parametrize("version", BROKEN)
def test_a_broken_release_is_taken_back(gateway: Gateway, maker: Maker, version: str) -> None:
    place, text, said = BROKEN[version]
    running = firmware(gateway)["version"]
    wheel = copied_wheel(maker.folder, version, changed={place: text})
    assert version in Technician(gateway).does("firmware", "install", str(maker.image(wheel)))
    eventually(lambda: firmware(gateway)["reverted"], what="the return")
    told = settled(gateway)
    assert told["version"] == running
    assert said in told["reverted"]["reason"]
    conditions = gateway.order("status")["conditions"]
    assert [c["subject"] for c in conditions if c["name"] == "firmware.reverted"] == [version]


def test_a_release_that_hangs_is_taken_back(gateway: Gateway, maker: Maker) -> None:
    gateway.order("settings.set", path="firmware.ready_within", value=1)
    hanging = {"digigate/daemon/front.py": "import threading\nthreading.Event().wait()\n"}
    wheel = copied_wheel(maker.folder, "50.5.0", changed=hanging)
    Technician(gateway).does("firmware", "install", str(maker.image(wheel)))
    eventually(lambda: firmware(gateway)["reverted"], what="the return")
    assert "not ready within 1 s" in settled(gateway)["reverted"]["reason"]


def test_an_old_image_is_not_replayed(gateway: Gateway, maker: Maker) -> None:
    technician, image = Technician(gateway), maker.tiny(OLDER)
    said = technician.is_refused("firmware", "install", str(image), "--allow-downgrade")
    assert "no release is installed any more" in said
    gateway.order("firmware.discard")
    assert firmware(gateway)["reverted"] is None


def test_what_was_kept_starts_without_a_guard(gateway: Gateway) -> None:
    if firmware(gateway)["slot"] != "a":
        pytest.skip("the good release was not installed")
    settings = gateway.state.parent / "settings.yaml"
    assert gateway.stop() == 0
    with start_run(gateway.state, settings) as again:
        assert firmware(again)["version"] == GOOD
        children = Path(f"/proc/{again.process.pid}/task/{again.process.pid}/children")
        assert children.read_text() == ""
        environ = Path(f"/proc/{again.process.pid}/environ").read_bytes()
        assert b"DIGIGATE_SLOT=a" in environ.split(b"\0")
        assert again.stop() == 0
    assert "DIGIGATE_SLOT" not in os.environ
