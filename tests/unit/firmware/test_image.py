"""An image that was changed in any way is refused."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest

from digigate.errors import ImageRefused, SettingsError
from digigate.firmware import container
from digigate.firmware.building import build
from digigate.firmware.container import MAGIC, examine, verify
from digigate.firmware.keys import (
    OneKey,
    Signers,
    TrustedKeys,
    make_pair,
    read_private,
    read_public,
)
from digigate.firmware.manifest import Manifest
from releases import Maker, tiny_wheel


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    maker = Maker(tmp_path)
    maker.is_trusted_by(tmp_path / "state")
    return maker


@pytest.fixture
def keys(tmp_path: Path) -> TrustedKeys:
    return TrustedKeys(tmp_path / "state")


def with_checksum(data: bytes) -> bytes:
    """As somebody writes it who knows DFU but has no key."""
    return data[:-4] + struct.pack("<I", zlib.crc32(data[:-4]) ^ 0xFFFFFFFF)


def refusal(path: Path, data: bytes, keys: TrustedKeys) -> str:
    path.write_bytes(data)
    with pytest.raises(ImageRefused) as refused:
        verify(path, keys)
    return str(refused.value)


def test_a_good_image_is_accepted(maker: Maker, keys: TrustedKeys) -> None:
    image = verify(maker.tiny("1.2.3", minimum="1.0.0"), keys)
    assert (image.manifest.version, image.manifest.minimum) == ("1.2.3", "1.0.0")
    assert image.key in keys.all()


@pytest.mark.manual(294)
def test_every_single_flipped_bit_is_refused(maker: Maker) -> None:
    keys = OneKey(maker.key.public_key())
    good = maker.tiny("1.2.3").read_bytes()
    for bit in range(8 * len(good)):
        data = bytearray(good)
        data[bit // 8] ^= 1 << bit % 8
        assert not is_accepted(bytes(data), keys), bit
        repaired = with_checksum(bytes(data))
        assert repaired == good or not is_accepted(repaired, keys), bit


def is_accepted(data: bytes, keys: Signers) -> bool:
    try:
        examine(BytesIO(data), keys)
    except ImageRefused:
        return False
    return True


def test_another_key_is_refused(maker: Maker, keys: TrustedKeys, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    stranger = Maker(tmp_path / "other").tiny("1.2.3")
    assert "not signed with a key that is trusted here" in refusal(
        stranger, stranger.read_bytes(), keys
    )


def test_without_a_trusted_key_it_says_what_to_do(maker: Maker, tmp_path: Path) -> None:
    nobody = TrustedKeys(tmp_path / "nobody")
    image = maker.tiny("1.2.3")
    assert "digigate firmware trust" in refusal(image, image.read_bytes(), nobody)


def test_every_cut_is_refused(maker: Maker, keys: TrustedKeys) -> None:
    good = maker.tiny("1.2.3").read_bytes()
    for length in range(len(good)):
        assert not is_accepted(good[:length], keys)
        assert not is_accepted(with_checksum(good[: max(4, length)]), keys)


@pytest.mark.parametrize(
    "garbage", [b"", b"PK\x03\x04" * 99, b"\x7fELF" + bytes(4096), MAGIC, MAGIC * 300]
)
def test_garbage_is_refused(garbage: bytes, keys: TrustedKeys, tmp_path: Path) -> None:
    assert refusal(tmp_path / "garbage.dfu", garbage, keys)


def test_what_is_appended_or_left_out_is_refused(maker: Maker, keys: TrustedKeys) -> None:
    path = maker.tiny("1.2.3")
    good = path.read_bytes()
    longer = with_checksum(good[:-16] + b"more" + good[-16:])
    assert "more or less than its manifest lists" in refusal(path, longer, keys)


def test_a_suffix_of_another_version_is_refused(maker: Maker, keys: TrustedKeys) -> None:
    path = maker.tiny("1.2.3")
    good = bytearray(path.read_bytes())
    good[-16] = 0x07
    assert "another version" in refusal(path, with_checksum(bytes(good)), keys)


def test_a_length_that_cannot_be_is_refused(maker: Maker, keys: TrustedKeys) -> None:
    path = maker.tiny("1.2.3")
    good = bytearray(path.read_bytes())
    good[16:20] = b"\xff\xff\xff\xff"
    assert "does not fit" in refusal(path, with_checksum(bytes(good)), keys)


def test_what_is_signed_but_makes_no_sense_is_refused(maker: Maker, keys: TrustedKeys) -> None:
    class Nonsense(Manifest):
        def encode(self) -> bytes:
            return b"[" * 20000

    wheel = tiny_wheel(maker.folder, "1.2.3")
    listed = verify(maker.image(wheel), keys).manifest
    path = maker.folder / "nonsense.dfu"
    nonsense = Nonsense.model_construct(**{**dict(listed), "version": "1.2.3"})
    container.write(path, nonsense, [wheel], maker.key)
    assert "no JSON" in refusal(path, path.read_bytes(), keys)


def test_too_large_a_file_is_refused(keys: TrustedKeys, tmp_path: Path) -> None:
    path = tmp_path / "large.dfu"
    with path.open("wb") as file:
        file.truncate(container.SIZE_MAX + 1)
    with pytest.raises(ImageRefused, match="larger than 64 MiB"):
        verify(path, keys)


@pytest.mark.parametrize(
    ("wheel", "said"),
    [
        ({"version": "1.2"}, "no version"),
        ({"version": "1.2.3", "package": "other"}, "itself is missing"),
        ({"version": "1.2.3", "metadata": "Requires-Dist: a; python_version<'4'\n"}, "conditions"),
    ],
)
def test_what_is_no_release_is_not_built(wheel: dict[str, str], said: str, tmp_path: Path) -> None:
    path = tiny_wheel(tmp_path, **wheel)  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match=said):
        build([path], Maker(tmp_path).key, tmp_path / "x.dfu")


def test_keys_are_made_and_read(tmp_path: Path) -> None:
    private, public = tmp_path / "maker.key", tmp_path / "maker.pub"
    make_pair(private, public)
    assert private.stat().st_mode & 0o777 == 0o600
    assert read_private(private).public_key() == read_public(public)
    with pytest.raises(SettingsError, match="exists already"):
        make_pair(private, public)
    with pytest.raises(SettingsError, match="no public key"):
        read_public(private)
    with pytest.raises(SettingsError, match="no plain private key"):
        read_private(public)
