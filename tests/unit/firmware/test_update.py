"""Loading, judging and installing, without a process to launch."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from digigate import __version__
from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import SettingsError
from digigate.firmware.launching import launch
from digigate.firmware.pointer import Pointer, Reverted
from digigate.firmware.staging import PART, STAGED, Stage
from digigate.firmware.update import Firmware, Patience
from digigate.firmware.versions import Version
from releases import Maker, tiny_wheel


@pytest.fixture
def state(tmp_path: Path) -> Path:
    (tmp_path / "state").mkdir()
    return tmp_path / "state"


@pytest.fixture
def maker(tmp_path: Path, state: Path) -> Maker:
    maker = Maker(tmp_path)
    maker.is_trusted_by(state)
    return maker


@pytest.fixture
def conditions() -> Conditions:
    return Conditions(Clock())


@pytest.fixture
def firmware(state: Path, conditions: Conditions) -> Firmware:
    return Firmware(state, state / "slots", conditions, lambda: Patience(5, 2))


async def chunks(data: bytes, size: int = 100) -> AsyncIterator[bytes]:
    for place in range(0, len(data), size):
        yield data[place : place + size]


def newer() -> str:
    here = Version.parse(__version__)
    return f"{here.major + 1}.2.0"


@pytest.mark.manual(293)
async def test_only_what_passed_can_be_installed(firmware: Firmware, maker: Maker) -> None:
    good = maker.tiny(newer()).read_bytes()
    bad = await firmware.stage(chunks(good[:-1] + b"!"), "x.dfu")
    assert not bad.ok
    assert "damaged on its way" in bad.reason
    with pytest.raises(SettingsError, match="no firmware file is loaded"):
        await firmware.install()
    verdict = await firmware.stage(chunks(good), "x.dfu")
    assert (verdict.ok, verdict.version, verdict.size) == (True, newer(), len(good))
    assert await firmware.install() == newer()


@pytest.mark.manual(292)
@pytest.mark.parametrize("name", ["x.bin", "x.dfu.exe", "dfu", ""])
async def test_only_dfu_files_are_taken(firmware: Firmware, maker: Maker, name: str) -> None:
    verdict = await firmware.stage(chunks(maker.tiny(newer()).read_bytes()), name)
    assert not verdict.ok
    assert ".dfu" in verdict.reason
    assert await firmware.verdict() is None


async def test_nothing_is_read_while_nobody_is_trusted(state: Path, firmware: Firmware) -> None:
    read = []

    async def watched() -> AsyncIterator[bytes]:
        read.append(1)
        yield b""

    verdict = await firmware.stage(watched(), "x.dfu")
    assert read == []
    assert "digigate firmware trust" in verdict.reason
    assert not (state / PART).exists()


async def test_an_upload_ends_at_the_limit(state: Path, firmware: Firmware, maker: Maker) -> None:
    stage = Stage(state, size_max=1 << 20)
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        while True:
            given += 1
            yield bytes(1 << 16)

    with pytest.raises(SettingsError, match="larger than 1 MiB"):
        await stage.fill(endless())
    assert given == 17
    assert not (state / PART).exists()


async def test_an_upload_that_breaks_off_leaves_nothing(
    state: Path, firmware: Firmware, maker: Maker
) -> None:
    good = maker.tiny(newer()).read_bytes()
    await firmware.stage(chunks(good), "good.dfu")

    async def broken() -> AsyncIterator[bytes]:
        yield good[:100]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await firmware.stage(broken(), "x.dfu")
    assert not (state / PART).exists()
    verdict = await firmware.verdict()
    assert verdict is not None
    assert verdict.ok


async def test_one_upload_at_a_time(firmware: Firmware, maker: Maker) -> None:
    go_on = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        await go_on.wait()
        yield b"x"

    first = asyncio.create_task(firmware.stage(slow(), "x.dfu"))
    await asyncio.sleep(0)
    with pytest.raises(SettingsError, match="being loaded"):
        await firmware.stage(slow(), "x.dfu")
    go_on.set()
    assert not (await first).ok


async def test_an_older_release_is_refused_but_to_the_owner(
    firmware: Firmware, maker: Maker
) -> None:
    verdict = await firmware.stage(chunks(maker.tiny("0.0.1").read_bytes()), "old.dfu")
    assert (verdict.ok, verdict.downgrade) == (False, True)
    with pytest.raises(SettingsError, match="older than the running"):
        await firmware.install()
    assert await firmware.install(allow_downgrade=True) == "0.0.1"


async def test_below_the_minimum_nobody_goes_back(
    state: Path, firmware: Firmware, maker: Maker
) -> None:
    Pointer(floor="0.0.5").write(state / "slots")
    verdict = await firmware.stage(chunks(maker.tiny("0.0.4").read_bytes()), "old.dfu")
    assert (verdict.ok, verdict.downgrade) == (False, False)
    assert "0.0.5" in verdict.reason
    assert not (state / STAGED).exists()


async def test_the_same_version_may_be_installed_again(firmware: Firmware, maker: Maker) -> None:
    assert (await firmware.stage(chunks(maker.tiny(__version__).read_bytes()), "x.dfu")).ok


async def test_what_is_staged_is_checked_again_before_it_is_installed(
    state: Path, firmware: Firmware, maker: Maker
) -> None:
    await firmware.stage(chunks(maker.tiny(newer()).read_bytes()), "x.dfu")
    data = bytearray((state / STAGED).read_bytes())
    data[300] ^= 1
    (state / STAGED).write_bytes(data)
    with pytest.raises(SettingsError, match="damaged"):
        await firmware.install()
    assert not (state / "slots" / "a").exists()


@pytest.mark.parametrize(
    ("described", "said"),
    [
        ({"tags": "cp399-cp399-manylinux2014_x86_64"}, "another Python"),
        ({"metadata": "Requires-Python: >=3.99\n"}, "needs Python 3.99"),
        ({"metadata": "Requires-Dist: aiohttp==0.1\n"}, "build the image with the wheel of aioh"),
        ({"metadata": "Requires-Dist: nothing-like-it>=1\n"}, "nothing of it is here"),
        ({"metadata": "Requires-Dist: a @ file:///x\n"}, "does not understand"),
    ],
)
async def test_what_does_not_fit_is_refused(
    firmware: Firmware, maker: Maker, described: dict[str, str], said: str
) -> None:
    image = maker.tiny(newer(), **described)
    verdict = await firmware.stage(chunks(image.read_bytes()), "x.dfu")
    assert (verdict.ok, verdict.downgrade) == (False, False)
    assert said in verdict.reason


async def test_a_release_brings_what_it_needs(firmware: Firmware, maker: Maker) -> None:
    own = tiny_wheel(maker.folder, newer(), metadata="Requires-Dist: aio-thing>=2.1\n")
    other = tiny_wheel(maker.folder, "2.10", package="aio_thing")
    verdict = await firmware.stage(chunks(maker.image(own, other).read_bytes()), "x.dfu")
    assert verdict.reason == ""


async def test_slots_take_turns_and_a_trial_comes_first(
    state: Path, firmware: Firmware, maker: Maker
) -> None:
    image = maker.tiny(newer(), minimum="0.1.0").read_bytes()
    await firmware.stage(chunks(image), "x.dfu")
    await firmware.install()
    slots = state / "slots"
    assert (slots / "a" / "lib" / "digigate" / "__init__.py").is_file()
    await firmware.stage(chunks(image), "x.dfu")
    with pytest.raises(SettingsError, match="on trial"):
        await firmware.install()
    firmware.pointer.proven().write(slots)
    assert (firmware.pointer.current, firmware.pointer.floor) == ("a", "0.1.0")
    await firmware.install()
    trial = firmware.pointer.trial
    assert trial is not None
    assert trial.slot == "b"


@pytest.mark.parametrize(
    "name", ["../escaped.py", "/etc/escaped", "digigate/../../escaped.py", "a\\..\\escaped.py"]
)
async def test_a_signed_wheel_cannot_write_elsewhere(
    state: Path, firmware: Firmware, maker: Maker, name: str
) -> None:
    wheel = tiny_wheel(maker.folder, newer(), files={name: "x"})
    await firmware.stage(chunks(maker.image(wheel).read_bytes()), "x.dfu")
    with pytest.raises(SettingsError, match="elsewhere"):
        await firmware.install()
    assert firmware.pointer == Pointer()
    assert list((state / "slots").iterdir()) == []


async def test_a_bomb_is_not_unpacked(
    firmware: Firmware, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digigate.firmware.unpacking.Budget.__init__.__defaults__", (100, 10_000))
    wheel = tiny_wheel(maker.folder, newer(), files={"digigate/big": "0" * 1_000_000})
    await firmware.stage(chunks(maker.image(wheel).read_bytes()), "x.dfu")
    with pytest.raises(SettingsError, match="more than a gateway ever needs"):
        await firmware.install()


async def test_in_a_container_it_says_what_to_do(
    firmware: Firmware, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGIGATE_IMAGE", "1")
    assert (await firmware.stage(chunks(maker.tiny(newer()).read_bytes()), "x.dfu")).ok
    with pytest.raises(SettingsError, match="docker compose pull"):
        await firmware.install()


async def test_what_was_taken_back_is_a_condition_until_it_is_discarded(
    state: Path, firmware: Firmware, conditions: Conditions
) -> None:
    Pointer(reverted=Reverted("9.9.9", "it hung", "2026-01-01")).write(state / "slots")
    firmware.announce()
    (condition,) = conditions.active("firmware.reverted")
    assert "9.9.9 was installed and taken back: it hung" in condition.reason
    await firmware.discard()
    assert conditions.active() == ()
    assert firmware.pointer.reverted is None


def test_a_newly_installed_program_comes_before_any_slot(tmp_path: Path) -> None:
    Pointer(current="a", built_in="0.0.1", floor="0.0.1").write(tmp_path)
    launch(tmp_path, [])
    assert Pointer.read(tmp_path) == Pointer(floor="0.0.1")


def test_a_slot_that_does_not_fit_is_left_for_the_program(tmp_path: Path) -> None:
    Pointer(current="b").write(tmp_path)
    launch(tmp_path, [])
    kept = Pointer.read(tmp_path)
    assert kept is not None
    assert kept.current == "built-in"
    assert kept.reverted is not None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"current": "../.."}', '{"current": 1}'])
def test_a_pointer_that_makes_no_sense_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "pointer.json").write_text(text)
    assert Pointer.read(tmp_path) is None
    launch(tmp_path, [])
