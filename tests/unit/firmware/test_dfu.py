"""The DFU suffix, against Debian's dfu-suffix."""

import re
import subprocess
import zlib
from pathlib import Path

import pytest

from digigate.errors import ImageRefused
from digigate.firmware.dfu import LENGTH, Suffix, read_suffix
from releases import Maker

CONTENT = b"some firmware" * 40


def suffixed(data: bytes, suffix: Suffix) -> bytes:
    return data + suffix.encode(zlib.crc32(data))


def read(data: bytes) -> Suffix:
    return read_suffix(data[-LENGTH:], zlib.crc32(data[:-LENGTH]))


def test_what_is_written_is_read() -> None:
    suffix = Suffix(device=0x0102)
    assert read(suffixed(CONTENT, suffix)) == suffix


@pytest.mark.parametrize("cut", [1, LENGTH, len(CONTENT) + 1, len(CONTENT) + LENGTH])
def test_a_cut_file_is_refused(cut: int) -> None:
    with pytest.raises(ImageRefused):
        read(suffixed(CONTENT, Suffix(1))[:-cut])


def test_a_file_for_another_product_is_refused() -> None:
    with pytest.raises(ImageRefused, match="0483:df11"):
        read(suffixed(CONTENT, Suffix(1, product=0xDF11, vendor=0x0483)))


@pytest.mark.peer("dfu-suffix")
def test_dfu_suffix_agrees_with_ours(tmp_path: Path) -> None:
    image = Maker(tmp_path).tiny("1.2.3")
    done = subprocess.run(
        ["dfu-suffix", "-c", str(image)], capture_output=True, text=True, check=True
    )
    crc = int.from_bytes(image.read_bytes()[-4:], "little")
    expected = {
        "BCD device": 0x0102, "Product ID": 1, "Vendor ID": 0x1209, "BCD DFU": 0x0100,
        "Length": 16, "CRC": crc,
    }  # fmt: skip
    told = dict(re.findall(r"^(.+?):\s+(\w+)$", done.stdout, re.MULTILINE))
    assert {name: int(told[name], 0) for name in expected} == expected


@pytest.mark.peer("dfu-suffix")
def test_we_read_what_dfu_suffix_writes(tmp_path: Path) -> None:
    file = tmp_path / "theirs.dfu"
    file.write_bytes(CONTENT)
    asked = ["dfu-suffix", "-v", "1209", "-p", "0001", "-d", "0203", "-a", str(file)]
    subprocess.run(asked, capture_output=True, check=True)
    assert read(file.read_bytes()) == Suffix(device=0x0203)
