"""The values that a SET brings: of the right type, length and encoding, or refused.

In this order (RFC 3416 §4.2.5), so that a manager is told first what it must change first.
"""

from collections.abc import Container

from digigate.services.snmp.ber import INTEGER, OCTETS, element
from digigate.services.snmp.tree import ErrorStatus
from digigate.services.snmp.writing.refusal import Refusal

INTEGER_OCTETS = 4
STRING_OCTETS = 255
LINE_ENDS = "\r\n\0"


def number(value: bytes, allowed: Container[int]) -> int:
    """An INTEGER that is one of these.

    Raises:
        Refusal: it is not.
    """
    content = _content(value, INTEGER)
    if not content:
        raise Refusal(ErrorStatus.WRONG_ENCODING)
    if len(content) > INTEGER_OCTETS:
        raise Refusal(ErrorStatus.WRONG_LENGTH)
    found = int.from_bytes(content, "big", signed=True)
    if found not in allowed:
        raise Refusal(ErrorStatus.WRONG_VALUE)
    return found


def line(value: bytes, longest: int) -> str:
    """An OCTET STRING that is one line of UTF-8 of so many characters.

    Raises:
        Refusal: it is not.
    """
    content = _content(value, OCTETS)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise Refusal(ErrorStatus.WRONG_VALUE) from None
    if len(text) > longest or len(content) > STRING_OCTETS:
        raise Refusal(ErrorStatus.WRONG_LENGTH)
    if any(letter in text for letter in LINE_ENDS):
        raise Refusal(ErrorStatus.WRONG_VALUE)
    return text


def _content(value: bytes, tag: int) -> bytes:
    try:
        found, begin, end = element(value, 0, len(value))
    except ValueError:
        raise Refusal(ErrorStatus.WRONG_ENCODING) from None
    if found != tag:
        raise Refusal(ErrorStatus.WRONG_TYPE)
    return value[begin:end]
