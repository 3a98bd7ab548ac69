"""The state directory: one owner, whole files, broken ones set aside."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from digigate.errors import SettingsError
from digigate.state import StateDirectory

HOLDER = """
import sys
from pathlib import Path
from digigate.state import StateDirectory
with StateDirectory(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""

WRITER = """
import sys
from pathlib import Path
from digigate.state import StateDirectory
with StateDirectory(Path(sys.argv[1])) as state:
    n = 0
    while True:
        n += 1
        state.write_json("value.json", {"n": n, "filling": "x" * 20_000, "again": n})
        print(n, flush=True)
"""


def test_is_created_for_its_owner_alone(tmp_path: Path) -> None:
    with StateDirectory(tmp_path / "state") as state:
        state.write_text("key", "secret")
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "state" / "key").stat().st_mode & 0o777 == 0o600


def test_a_directory_open_to_others_is_closed_to_them(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with StateDirectory(tmp_path):
        assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_a_second_owner_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    with (
        StateDirectory(tmp_path),
        pytest.raises(SettingsError, match=rf"in use by another digigate \(pid {os.getpid()}\)"),
        StateDirectory(tmp_path),
    ):
        pass


def test_an_owner_in_another_process_is_named_until_it_dies(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(SettingsError, match=f"pid {holder.pid}"), StateDirectory(tmp_path):
            pass
        holder.kill()
        holder.wait()
    with StateDirectory(tmp_path):
        pass


def test_a_killed_writer_leaves_a_whole_file(tmp_path: Path) -> None:
    for _ in range(3):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE
        )
        with writer:
            assert writer.stdout is not None
            for _ in range(20):
                told = int(writer.stdout.readline())
            writer.kill()
        with StateDirectory(tmp_path) as state:
            value = state.read_json("value.json")
        assert value["n"] == value["again"] >= told


def test_the_lock_is_free_again_after_the_block(tmp_path: Path) -> None:
    for _ in range(2):
        with StateDirectory(tmp_path) as state:
            assert state.path == tmp_path


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "/etc/passwd", "a\0b"])
def test_a_name_stays_in_the_directory(tmp_path: Path, name: str) -> None:
    with StateDirectory(tmp_path) as state, pytest.raises(ValueError, match="not a file name"):
        state.write_text(name, "x")


def test_what_is_missing_reads_as_none(tmp_path: Path) -> None:
    with StateDirectory(tmp_path) as state:
        assert state.read_bytes("a") is None
        assert state.read_text("a") is None
        assert state.read_json("a") is None


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    with StateDirectory(tmp_path) as state:
        state.write_json("a.json", {"é": [1, None]})
        state.write_bytes("b", b"\0\xff", 0o640)
        assert state.read_json("a.json") == {"é": [1, None]}
        assert state.read_bytes("b") == b"\0\xff"
        assert state.file("b").stat().st_mode & 0o777 == 0o640
        assert sorted(p.name for p in tmp_path.iterdir()) == ["a.json", "b", "lock"]


@pytest.mark.parametrize("data", [b"", b"{", b'{"a": 1} 2', b"\xff\xfe", b"[" * 100_000])
def test_a_broken_file_is_set_aside(
    tmp_path: Path, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with StateDirectory(tmp_path) as state:
        state.write_bytes("a.json", data)
        assert state.read_json("a.json") is None
        assert state.file("a.json.broken").read_bytes() == data
        assert not state.file("a.json").exists()
    assert "set aside" in caplog.text


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    with StateDirectory(tmp_path) as state:
        state.write_json("a.json", 1)
        state.file("a.json.tmp").mkdir()
        with pytest.raises(OSError, match="directory"):
            state.write_json("a.json", 2)
        assert json.loads(state.file("a.json").read_text()) == 1


def test_a_temporary_file_left_by_a_crash_is_no_hindrance(tmp_path: Path) -> None:
    with StateDirectory(tmp_path) as state:
        state.write_text("a.json.tmp", "half a fi")
        state.write_json("a.json", 2)
        assert state.read_json("a.json") == 2
        assert not state.file("a.json.tmp").exists()


def test_a_missing_parent_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught, StateDirectory(tmp_path / "no" / "state"):
        pass
    assert "does not exist; create it first" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_in_its_place_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(SettingsError, match="not a directory"), StateDirectory(tmp_path / "state"):
        pass


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc as a read-only place")
def test_a_read_only_place_is_said_in_one_line() -> None:
    with pytest.raises(SettingsError), StateDirectory(Path("/proc/self/fdinfo")):
        pass
