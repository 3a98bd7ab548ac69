"""How a search looks where there is no terminal, and what is told at its end."""

import io
from typing import Any

from digigate.bus.detection import Phase
from digigate.cli.searching import Screen, bar, card, final
from fieldbus.wire import Wire
from unit.detection.site import AUTOMATIC, BUTTONS, DIGIWARE, FAST, RS485, Site, slave, slaves


async def told(site: Site, automatic: bool = True) -> list[dict[str, Any]]:
    """Every status of a whole search as JSON."""
    _, report = await site.run(FAST, AUTOMATIC if automatic else BUTTONS)
    site.board.end(Phase.DONE, report=report)
    return [status.jsonable() for status in site.told]


async def test_a_search_is_told_line_by_line() -> None:
    out = io.StringIO()
    screen = Screen(out)
    for status in await told(Site({DIGIWARE: Wire(*slaves(2))})):
        screen.show(status)
    lines = out.getvalue().splitlines()
    assert len(lines) < 40
    assert any("2 slaves at address 5 on digiware: they share it" in line for line in lines)
    assert [line.split()[-1] for line in lines if "takes address" in line] == ["2", "3"]
    assert "reading loads" in lines[-1]


async def test_the_end_lists_devices_and_what_was_left_out() -> None:
    wire = Wire(slave("diris-b30", 4, 9, "25101050701"), slave("countis-e24", 31))
    text = final((await told(Site({RS485: wire})))[-1])
    assert "DIRIS B30" in text
    assert "4 loads  new" in text
    assert "left out: COUNTIS E24 at 31 on rs485" in text
    assert "hint: other families answered: use COMPLETE" in text


async def test_conflicts_that_are_left_are_told_with_what_to_do() -> None:
    text = final((await told(Site({DIGIWARE: Wire(*slaves(2))}), automatic=False))[-1])
    assert "! 2 slaves at address 5 on digiware" in text
    assert "press the front button" in text


def test_a_search_that_failed_says_why() -> None:
    status = {"report": None, "phase": "failed", "reason": "the cable was pulled"}
    assert final(status) == "the search failed: the cable was pulled"


def test_slaves_that_cannot_be_told_apart_are_several() -> None:
    conflict = {"bus": "rs485", "address": 5, "trouble": "shared", "slaves": [], "advice": "wait"}
    assert card(conflict) == "! several slaves at address 5 on rs485: they share it\n    -> wait"


def test_the_bar_shows_share_count_and_time() -> None:
    status = {"share": 0.5, "seconds_left": 20.4, "phase": "searching", "found": [1, 2]}
    shown = bar(status)
    assert shown == "[" + "#" * 15 + "-" * 15 + "]  50% searching: 2 found, about 20 s left"
