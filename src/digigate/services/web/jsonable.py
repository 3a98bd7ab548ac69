"""Values as JSON carries them: dates in ISO 8601 UTC, numbers finite, or null."""

import asyncio
import json
import math
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from digigate.catalogue import Value

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None
Object = dict[str, Json]

DIGITS = 6  # decimals kept: below every resolution of the register maps, above binary noise


def instant(moment: datetime | None) -> str | None:
    """`2026-03-29T01:00:00.123Z`, in milliseconds."""
    if moment is None:
        return None
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"


def number(value: float | None, digits: int = DIGITS) -> float | None:
    """A finite number rounded to `digits` decimals; integers stay as they are."""
    if value is None or not math.isfinite(value):
        return None
    return value if isinstance(value, int) else round(value, digits)


def plain(value: Value | None) -> Json:
    """A reading's value."""
    if isinstance(value, datetime):
        return instant(value)
    return value if isinstance(value, str) else number(value)


def hexadecimal(net_id: int) -> str:
    """A NET ID as printed on the device: `0x0012ABCD`."""
    return f"0x{net_id:08X}"


def dumps(payload: Json) -> bytes:
    """Compact UTF-8.

    Raises:
        ValueError: a number in it is not finite.
    """
    text = json.dumps(payload, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def pieces(head: Object, key: str, groups: Iterable[list[Json]]) -> Iterator[bytes]:
    """The object `head` with one list more, written group by group."""
    yield dumps(head)[:-1] + (b"," if head else b"") + dumps(key) + b":["
    comma = b""
    for group in groups:
        if group:
            yield comma + dumps(group)[1:-1]
            comma = b","
    yield b"]}"


async def unhurried(parts: Iterable[bytes]) -> bytes:
    """All parts in one; the lines get their turn between any two of them."""
    done = []
    for part in parts:
        done.append(part)
        await asyncio.sleep(0)
    return b"".join(done)
