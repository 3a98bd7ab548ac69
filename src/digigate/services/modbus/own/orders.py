"""What a write to the gateway's own registers orders, and what it takes to be allowed to.

Every order is an entry of `Commands`; a harmless one needs the policy "Modbus writing" alone, the
clock an open lock too, and what lasts or interrupts the service also a client of the white list.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from pymodbus.constants import ExcCodes

from digigate.services.modbus.own.sight import Moment
from digigate.services.modbus.pdu import Refusal
from digigate.settings.profiles import Profile

STOP, FAST, COMPLETE = 0, 1, 2

Values = Mapping[str, int]
"""What is written, by the registers' own names."""


class Guard(Enum):
    """What a client needs beside the policy."""

    HARMLESS = auto()  # nothing
    UNLOCKED = auto()  # the code of 58112
    DESTRUCTIVE = auto()  # the code, and to be on the white list
    NEVER = auto()


@dataclass(frozen=True, slots=True)
class Order:
    """One entry of `Commands` with its arguments; an empty name orders nothing."""

    guard: Guard
    command: str = ""
    arguments: Mapping[str, object] = field(default_factory=dict)
    profile: Profile = Profile.ADMIN
    """Whose right it takes."""


Read = Callable[[Values, Moment], Order]


def _never(_: Values, __: Moment) -> Order:
    return Order(Guard.NEVER)


def _action(values: Values, _: Moment) -> Order:
    match values["action"]:
        case 0xA1:  # every change is kept at once: there is nothing left to save
            return Order(Guard.UNLOCKED)
        case 0xB2:
            return Order(Guard.DESTRUCTIVE, "gateway.reboot")
        case 0xE5:
            return Order(Guard.DESTRUCTIVE, "gateway.factory-reset", profile=Profile.CYBER)
    return Order(Guard.NEVER)


def _blink(values: Values, _: Moment) -> Order:
    return _wanted(values["action"] == 1, Order(Guard.HARMLESS, "identify"))


def _own_address(values: Values, _: Moment) -> Order:
    change = {"path": "gateway.address", "value": values["slave_address"]}
    return Order(Guard.DESTRUCTIVE, "settings.set", change)


def _clock(values: Values, now: Moment) -> Order:
    """The parts that are given, the others as they are."""
    parts = {name: value for name, value in values.items() if name != "millisecond"}
    micro = 1000 * values.get("millisecond", 0)
    try:
        time = now.local.replace(**parts, microsecond=micro, tzinfo=None)
    except ValueError:
        raise Refusal(ExcCodes.ILLEGAL_VALUE) from None
    return Order(Guard.UNLOCKED, "clock.set", {"time": time.isoformat()})


def _command(values: Values, _: Moment) -> Order:
    if len(values) != 1:
        raise Refusal(ExcCodes.ILLEGAL_VALUE)
    ((name, value),) = values.items()
    return _COMMANDS[name](value)


def _detect(value: int) -> Order:
    modes = {FAST: "fast", COMPLETE: "complete"}
    if value == STOP:
        return Order(Guard.DESTRUCTIVE, "detect.stop")
    mode = modes.get(value, "")
    return _wanted(bool(mode), Order(Guard.DESTRUCTIVE, "detect.start", {"mode": mode}))


def _identify(value: int) -> Order:
    arguments = {} if value in (0, 255) else {"address": value}
    return _wanted(value <= 247 or value == 255, Order(Guard.HARMLESS, "identify", arguments))


def _refresh(value: int) -> Order:
    order = Order(Guard.DESTRUCTIVE, "topology.refresh", {"address": value})
    return _wanted(1 <= value <= 247, order)


def _wanted(allowed: bool, order: Order) -> Order:  # noqa: FBT001 -- a condition
    if not allowed:
        raise Refusal(ExcCodes.ILLEGAL_VALUE)
    return order


_COMMANDS: Mapping[str, Callable[[int], Order]] = {
    "detect": _detect,
    "identify": _identify,
    "refresh_loads": _refresh,
}
READERS: Mapping[str, Read] = {
    "addressing": _never,
    "usb-function": _never,
    "action": _action,
    "blink": _blink,
    "modbus-settings": _own_address,
    "clock": _clock,
    "clock-extended": _clock,
    "command": _command,
}
"""By block; `lock` is the own unit's."""
