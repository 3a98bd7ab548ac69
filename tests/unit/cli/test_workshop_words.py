"""What the workshop's commands print."""

from pathlib import Path

import pytest

from digigate.bus import FrameKind
from digigate.cli import main
from digigate.cli.configure import _clock_words, _step_words
from digigate.cli.scan import address_words
from digigate.cli.sniff import facts, frame, frame_words

READ = {
    "at": 1.5, "line": "digiware", "kind": "answer", "unit": 4, "took": 0.0617, "data": "0403",
    "text": "18432..18435 (4) read", "fault": "",
    "values": [{"text": f"v{k} = {k} V", "address": k, "name": f"v{k}"} for k in range(5)],
}  # fmt: skip


def test_a_frame_is_one_line_with_its_first_values() -> None:
    assert frame_words(READ) == (
        "digiware   4 answer      61.7 ms  18432..18435 (4) read"
        "  v0 = 0 V, v1 = 1 V, v2 = 2 V, and 2 more"
    )
    assert frame_words(READ, shown=0).endswith("(4) read")
    assert frame_words({**READ, "values": []}).endswith("(4) read")


def test_a_fault_is_marked() -> None:
    silent = {**READ, "kind": "timeout", "fault": "timeout", "text": "no answer", "values": []}
    assert frame_words(silent) == "digiware   4 timeout     61.7 ms  !timeout  no answer"


def test_events_become_frames_and_the_scene_the_head_of_a_capture() -> None:
    found = frame(READ)
    assert (found.kind, found.data, found.time) == (FrameKind.ANSWER, b"\x04\x03", 1.5)
    head = facts(
        {
            "began": "2026-11-25T03:00:00+00:00",
            "lines": {"rs485": {"baudrate": 9600, "parity": "even", "stop_bits": 1, "echo": True}},
            "units": [{"line": "rs485", "unit": 7, "model": "countis-e24", "name": "Pump"}],
        }
    )
    assert head.lines["rs485"].echo
    assert head.units["rs485", 7].model == "countis-e24"


FOUND = {
    "bus": "rs485", "unit": 20, "answer": "identified", "words": "DIRIS B30", "model": "diris-b30",
    "serial": "23401050044", "net_id": 7, "took": 0.0242, "known": "diris-b30",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "end"),
    [
        ({}, "DIRIS B30, model diris-b30, serial 23401050044"),
        ({"known": "diris-a10"}, "the topology says diris-a10"),
        ({"known": ""}, "not in the topology"),
    ],
)
def test_a_scan_says_what_the_topology_does_not_know(change: dict[str, str], end: str) -> None:
    line = address_words({**FOUND, **change})
    assert line.startswith("rs485     20  identified  24.2 ms  DIRIS B30")
    assert line.endswith(end)


STEP = {"key": "load-current/1", "before": "160", "after": "250", "written": True, "fault": ""}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "160 -> 250"),
        ({"before": ""}, "- -> 250"),
        ({"after": "done"}, "done"),
        ({"written": False}, "not written"),
        ({"fault": "the slave refuses"}, "the slave refuses"),
    ],
)
def test_every_step_of_a_change_is_told(change: dict[str, object], words: str) -> None:
    assert _step_words({**STEP, **change}) == f"load-current/1: {words}"


CLOCK = {"set": None, "before": None, "after": None, "due": "", "reason": ""}


def test_clocks_are_told_in_words() -> None:
    assert _clock_words(CLOCK) == "not set yet"
    assert _clock_words({**CLOCK, "due": "it came online"}) == "to be set: it came online"
    assert _clock_words({**CLOCK, "reason": "refuses its clock"}) == "refuses its clock"
    right = {**CLOCK, "set": "2026-11-25T03:00:00+00:00", "before": -90.0, "after": 0.1}
    assert _clock_words(right).endswith("-90.0 s before, +0.1 s after")


def test_pairs_must_be_pairs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = ["--state", str(tmp_path)]
    assert main(["configure", "set", "4", "load-current/1", *state]) == 1
    assert "TASK VALUE in pairs" in capsys.readouterr().err


def test_a_scan_of_speeds_asks_for_the_bus(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scan", "--speeds", "--state", str(tmp_path)]) == 1
    assert "say which bus" in capsys.readouterr().err


def test_a_file_that_is_no_capture_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("hello\n")
    assert main(["replay", str(file)]) == 1
    assert f"{file}, line 1: a capture begins with" in capsys.readouterr().err
    assert main(["replay", str(tmp_path / "none")]) == 1
    assert "cannot be read" in capsys.readouterr().err
