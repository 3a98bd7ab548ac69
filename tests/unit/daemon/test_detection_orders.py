"""What can be ordered of detection and of the front panel."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from digigate.bus.detection import Detector
from digigate.commands import Caller, Commands
from digigate.daemon.orders import enter_detection, enter_panel
from digigate.errors import Denied, SettingsError
from digigate.panel import DARK, STEADY, Led
from digigate.settings.profiles import Profile
from digigate.settings.sections import Detection
from fieldbus.wire import Wire
from unit.detection.site import DIGIWARE, slave, slaves
from unit.detection.test_detector import Gateway, running

OWNER = Caller("owner")
STORED = Detection.model_validate({"mode": "complete", "resolve": "automatic"})


class Front:
    """Remembers who was sought."""

    def __init__(self) -> None:
        self.sought: list[int | None] = []

    def seek(self) -> None:
        self.sought.append(None)

    def lamps(self) -> dict[Led, Any]:
        return {Led.ON: STEADY, Led.COM: DARK}

    async def blink(self, address: int) -> None:
        self.sought.append(address)


def entered(detector: Detector, front: Front) -> Commands:
    table = Commands()
    enter_detection(table, detector, lambda: STORED)
    enter_panel(table, front, detector, lambda: STORED, front.blink)  # type: ignore[arg-type]
    return table


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with running({DIGIWARE: Wire(slave("digiware-i30", 4, 7), *slaves(2))}) as made:
        yield made


async def watched(commands: Commands) -> list[Any]:
    return [event async for event in commands.stream("detect.watch", {}, OWNER)]


async def test_a_search_uses_what_is_stored_unless_told_otherwise(gateway: Gateway) -> None:
    commands = entered(gateway.detector, Front())
    told: Any = await commands.execute("detect.start", {}, OWNER)
    assert (told["mode"], told["resolve"], told["running"]) == ("complete", "automatic", True)
    events = await watched(commands)
    assert events[-1]["phase"] == "done"
    assert [e["slave"]["address"] for e in events[-1]["report"]["devices"]] == [2, 3, 4]
    told = await commands.execute("detect.start", {"mode": "fast", "resolve": "buttons"}, OWNER)
    assert (told["mode"], told["resolve"]) == ("fast", "buttons")
    with pytest.raises(SettingsError, match="running"):
        await commands.execute("detect.start", {}, OWNER)
    await commands.execute("detect.stop", {}, OWNER)


async def test_the_button_starts_a_search_only_when_held(gateway: Gateway) -> None:
    commands = entered(gateway.detector, Front())
    assert await commands.execute("button.addr", {"seconds": 1.9}, OWNER) == {"started": False}
    assert await commands.execute("button.addr", {"seconds": 2}, OWNER) == {"started": True}
    assert await commands.execute("button.addr", {"seconds": 3}, OWNER) == {"started": False}
    told: Any = await commands.execute("detect.status", {}, OWNER)
    assert told["mode"] == "complete"


async def test_the_box_or_a_slave_shows_itself(gateway: Gateway) -> None:
    front = Front()
    commands = entered(gateway.detector, front)
    await commands.execute("identify", {}, OWNER)
    await commands.execute("identify", {"address": 7}, OWNER)
    assert front.sought == [None, 7]


async def test_the_panel_tells_lamps_and_print(gateway: Gateway) -> None:
    told: Any = await entered(gateway.detector, Front()).execute("panel", {}, OWNER)
    assert {name: lamp["light"] for name, lamp in told["lamps"].items()} == {
        "on": "steady",
        "com": "off",
    }
    assert "ADDR" in told["silk_screen"]


async def test_only_who_commissions_may_search(gateway: Gateway) -> None:
    commands = entered(gateway.detector, Front())
    with pytest.raises(Denied):
        await commands.execute("detect.start", {}, Caller("User", Profile.USER))
    admin = Caller("Admin", Profile.ADMIN)
    told: Any = await commands.execute("detect.status", {}, admin)
    assert told["phase"] == "idle"


async def test_who_leaves_the_events_does_not_end_the_search(gateway: Gateway) -> None:
    commands = entered(gateway.detector, Front())
    await commands.execute("detect.start", {"resolve": "buttons"}, OWNER)
    events = commands.stream("detect.watch", {}, OWNER)
    await anext(events)
    await events.aclose()
    await asyncio.sleep(0)
    assert gateway.detector.status.phase.running
