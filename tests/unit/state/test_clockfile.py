"""What was set on the clock survives a restart."""

from datetime import timedelta
from pathlib import Path

import pytest

from digigate.state import ClockFile, ClockRecord, StateDirectory


def test_a_record_survives_a_restart(tmp_path: Path) -> None:
    record = ClockRecord(timedelta(days=-3, microseconds=250), "Europe/Paris")
    with StateDirectory(tmp_path) as state:
        ClockFile(state).write(record)
    with StateDirectory(tmp_path) as state:
        assert ClockFile(state).read() == record


def test_nothing_kept_is_no_offset_and_no_zone(tmp_path: Path) -> None:
    with StateDirectory(tmp_path) as state:
        assert ClockFile(state).read() == ClockRecord(timedelta(0), "")


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "3",
        '{"offset": 1}',
        '{"offset": "1", "zone": ""}',
        '{"offset": NaN, "zone": ""}',
        '{"offset": 1e300, "zone": ""}',
        '{"offset": 1, "zone": null}',
    ],
)
def test_a_record_that_makes_no_sense_is_set_aside(tmp_path: Path, text: str) -> None:
    with StateDirectory(tmp_path) as state:
        state.write_text("clock.json", text)
        assert ClockFile(state).read() == ClockRecord()
        assert state.file("clock.json.broken").exists()
