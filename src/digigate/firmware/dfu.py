"""The suffix of a `.dfu` file: the last 16 octets of USB DFU 1.1 (appendix B), little-endian."""

import struct
import zlib
from dataclasses import dataclass

from digigate.errors import ImageRefused

LENGTH = 16
DFU_1_1 = 0x0100
VENDOR, PRODUCT = 0x1209, 0x0001
"""pid.codes' number for tests: we own none, and nothing of ours is a USB device."""

_FIELDS = struct.Struct("<HHHH3sB")
_SIGNATURE = b"UFD"


@dataclass(frozen=True, slots=True)
class Suffix:
    """What the suffix says beside the checksum."""

    device: int  # the release, as BCD
    product: int = PRODUCT
    vendor: int = VENDOR

    def encode(self, crc: int) -> bytes:
        """The suffix of a file whose octets so far have this running `crc`."""
        fields = _FIELDS.pack(self.device, self.product, self.vendor, DFU_1_1, _SIGNATURE, LENGTH)
        return fields + struct.pack("<I", checksum(fields, crc))


def checksum(data: bytes, crc: int = 0) -> int:
    """The file's checksum; `crc` is `zlib.crc32` of what came before `data`."""
    return zlib.crc32(data, crc) ^ 0xFFFFFFFF


def read_suffix(tail: bytes, crc: int) -> Suffix:
    """The suffix in the last 16 octets, where `crc` is `zlib.crc32` of all before them.

    Raises:
        ImageRefused: there is no such suffix, or the file was damaged on its way.
    """
    if len(tail) != LENGTH:
        raise ImageRefused("the file is too short to be a .dfu file: load it again")
    device, product, vendor, standard, signature, length = _FIELDS.unpack(tail[:-4])
    if (signature, length) != (_SIGNATURE, LENGTH):
        raise ImageRefused("this is no .dfu file: it has no DFU suffix, or its end is missing")
    if struct.unpack("<I", tail[-4:])[0] != checksum(tail[:-4], crc):
        raise ImageRefused("the file was damaged on its way (checksum): load it again")
    if standard != DFU_1_1:
        raise ImageRefused(f"the file follows DFU {standard:#06x}, not {DFU_1_1:#06x}")
    if (vendor, product) != (VENDOR, PRODUCT):
        raise ImageRefused(
            f"the file is for the USB product {vendor:04x}:{product:04x}, not for this gateway"
        )
    return Suffix(device, product, vendor)
