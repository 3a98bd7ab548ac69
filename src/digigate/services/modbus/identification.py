"""FC43/14, read device identification (MODBUS Application Protocol V1.1b3 §6.21)."""

from collections.abc import Mapping

from pymodbus.constants import DeviceInformation, ExcCodes
from pymodbus.pdu.mei_message import ReadDeviceInformationResponse

from digigate.catalogue import RegisterType, decode
from digigate.services.modbus.pdu import Function, Refusal

READ_DEVICE_IDENTIFICATION = 14  # MEI type
VENDOR_NAME, PRODUCT_CODE, REVISION, _, PRODUCT_NAME, MODEL_NAME, USER_APPLICATION_NAME = range(7)
SERIAL_NUMBER, NET_ID = 0x80, 0x81  # the private range; meaning ours

_LENGTH = 4  # function, MEI type, read code, object
_LAST_OBJECT = {
    DeviceInformation.BASIC: REVISION,
    DeviceInformation.REGULAR: 0x7F,
    DeviceInformation.EXTENDED: 0xFF,
}

Objects = Mapping[int, str]


def check(pdu: bytes) -> None:
    """Judge a request of function 43.

    Raises:
        Refusal: 01 for another MEI type, 03 for a wrong length or read code.
    """
    if len(pdu) > 1 and pdu[1] != READ_DEVICE_IDENTIFICATION:
        raise Refusal(ExcCodes.ILLEGAL_FUNCTION)
    if len(pdu) != _LENGTH or pdu[2] not in (*_LAST_OBJECT, DeviceInformation.SPECIFIC):
        raise Refusal(ExcCodes.ILLEGAL_VALUE)


def identification(pdu: bytes, objects: Objects) -> bytes:
    """Answer a request that `check` let pass; what does not fit is announced as "more follows".

    Raises:
        Refusal: 02 where one object is asked for that is not there.
    """
    code, first = pdu[2], pdu[3]
    if code == DeviceInformation.SPECIFIC:
        if first not in objects:
            raise Refusal(ExcCodes.ILLEGAL_ADDRESS)
        wanted = [first]
    else:
        stream = [key for key in sorted(objects) if key <= _LAST_OBJECT[DeviceInformation(code)]]
        wanted = stream[stream.index(first) :] if first in stream else stream
    texts = {key: objects[key].encode("ascii", "replace") for key in wanted}
    answer = ReadDeviceInformationResponse(code, texts)
    return bytes((Function.ENCAPSULATED,)) + answer.encode()


def objects_of(block: bytes) -> Objects:
    """What anybody's identification block 50000 says of its device."""
    product_id, major, minor = (_number(block, word) for word in (5, 18, 19))
    return {
        VENDOR_NAME: _text(block, 42),
        PRODUCT_CODE: str(product_id),
        REVISION: f"{major}.{minor}",
        PRODUCT_NAME: _text(block, 50),
        MODEL_NAME: _text(block, 58),
    }


def _number(block: bytes, word: int) -> int:
    return int.from_bytes(block[2 * word : 2 * word + 2], "big")


def _text(block: bytes, word: int) -> str:
    return str(decode(block[2 * word : 2 * word + 16], RegisterType.STRING_NORM) or "")
