"""What of the clock outlives a restart, and who is paced."""

from datetime import timedelta
from pathlib import Path

from digigate.daemon.timekeeping import as_paced, kept_clock
from digigate.settings.sections import Settings
from digigate.state import StateDirectory


def test_offset_and_zone_survive_a_restart(tmp_path: Path) -> None:
    with StateDirectory(tmp_path) as state, kept_clock(state, "UTC") as clock:
        clock.step(timedelta(days=400))
        clock.set_zone("Europe/Paris")
    with StateDirectory(tmp_path) as state, kept_clock(state, "UTC") as clock:
        assert abs(clock.offset - timedelta(days=400)) < timedelta(seconds=1)
        assert clock.zone.key == "Europe/Paris"
        clock.set_zone("UTC")
    with StateDirectory(tmp_path) as state, kept_clock(state, "Asia/Tokyo") as clock:
        assert clock.zone.key == "Asia/Tokyo"


def test_what_a_fast_clock_gained_is_kept_without_any_change_being_told(tmp_path: Path) -> None:
    with StateDirectory(tmp_path) as state, kept_clock(state, "UTC", speed=1e9) as clock:
        gained = clock.offset
    with StateDirectory(tmp_path) as state, kept_clock(state, "UTC") as clock:
        assert clock.speed == 1
        assert clock.offset >= gained


def test_a_full_disk_does_not_stop_the_clock(tmp_path: Path) -> None:
    with StateDirectory(tmp_path) as state, kept_clock(state, "UTC") as clock:
        (tmp_path / "clock.json").mkdir()
        clock.step(timedelta(hours=1))
        assert clock.offset >= timedelta(minutes=59)
        (tmp_path / "clock.json").rmdir()


def test_lines_are_unpaced_only_while_time_runs_faster(tmp_path: Path) -> None:
    with StateDirectory(tmp_path) as state, kept_clock(state, "UTC") as clock:
        assert as_paced(Settings(), clock).buses.digiware.paced
        clock.set_speed(60)
        fast = as_paced(Settings(), clock)
        assert not fast.buses.digiware.paced
        assert not fast.buses.rs485.paced
