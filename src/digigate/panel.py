"""The front panel: four lamps and the ADDR button as pure functions of what is (§6.3, §10)."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from digigate.bus.detection import CONFLICT, GatewayCom
from digigate.catalogue.addressing import ComLed

STARTING = 10.0
"""Seconds for which ON blinks at start, and when somebody looks for the box (§6.3)."""
HOLD = 2.0
"""Seconds for which ADDR is held to start a search: 2 in the manual's figure, 3 in its text."""
TRAFFIC_SHOWS = 3.0
"""Ours: seconds after the last answer of a slave for which COM shows that somebody talks."""
BLINK = 1.0
"""Ours: seconds from one flash to the next; the first half is lit."""

SILK_SCREEN = ("ON", "ALARM", "COM", "ADDR", "RS485", "NC", "ETH", "DIGIWARE BUS",
               "SUPPLY 24 V 20 W max")  # fmt: skip
"""What is printed on the front (§6.3)."""

SYSTEM_ALARMS = {
    "slave.timeout": 3,
    CONFLICT: 4,
    "product.damaged": 5,
    "firmware.newer": 5,
    "client.excluded": 7,
    "certificate.expired": 7,
    "authority.expired": 7,
    "password.default": 8,
    "password.expiring": 8,
    "password.expired": 8,
    "account.locked": 8,
}
"""Which system alarm (§13) a condition raises, as far as there are any yet."""


class Led(StrEnum):
    """The lamps by their names on the front."""

    ON = "on"
    ALARM = "alarm"
    COM = "com"
    BLUETOOTH = "bluetooth"  # only on boxes with BLE


class Light(StrEnum):
    """How a lamp looks."""

    OFF = "off"
    STEADY = "steady"
    BLINKING = "blinking"


class Bluetooth(StrEnum):
    """What the radio does."""

    DISABLED = "disabled"
    ENABLED = "enabled"
    PAIRING = "pairing"


@dataclass(frozen=True, slots=True)
class Lamp:
    """One lamp; if it blinks, flashes begin at `origin` and every `period` seconds after."""

    light: Light
    origin: float = 0.0
    period: float = BLINK

    def lit(self, at: float) -> bool:
        """Whether it shines at this moment (monotonic seconds)."""
        if self.light is Light.BLINKING:
            return (at - self.origin) % self.period < self.period / 2
        return self.light is Light.STEADY


DARK, STEADY = Lamp(Light.OFF), Lamp(Light.STEADY)


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the lamps depend on; times are monotonic seconds.

    `started` is None without supply, `sought` when somebody last asked where the box is, `heard`
    when a slave last answered; `bluetooth` is None where the box has no radio.
    """

    now: float
    started: float | None
    sought: float | None = None
    heard: float | None = None
    conditions: Collection[str] = ()
    device_alarm: bool = False
    """An alarm of a device is active, or has ended and is not acknowledged."""
    search: GatewayCom = GatewayCom()  # noqa: RUF009 -- immutable
    bluetooth: Bluetooth | None = None


def lamps(seen: Situation) -> dict[Led, Lamp]:
    """Every lamp that the box has."""
    shown = {Led.ON: _on(seen), Led.ALARM: _alarm(seen), Led.COM: _com(seen)}
    if seen.bluetooth is not None:
        shown[Led.BLUETOOTH] = _RADIO[seen.bluetooth]
    return shown if seen.started is not None else dict.fromkeys(shown, DARK)


def starts_search(seconds: float) -> bool:
    """Whether ADDR held for so long starts auto-detection; a shorter press does nothing."""
    return seconds >= HOLD


def _on(seen: Situation) -> Lamp:
    for since in (seen.sought, seen.started):
        if since is not None and seen.now - since < STARTING:
            return Lamp(Light.BLINKING, since)
    return STEADY


def _alarm(seen: Situation) -> Lamp:
    """A system alarm shows even where a device alarm is active too."""
    if any(name in SYSTEM_ALARMS for name in seen.conditions):
        return Lamp(Light.BLINKING)
    return STEADY if seen.device_alarm else DARK


def _com(seen: Situation) -> Lamp:
    match seen.search.led:
        case ComLed.BLINKING:
            return Lamp(Light.BLINKING, seen.search.since)
        case ComLed.STEADY:
            return STEADY
    fresh = seen.heard is not None and seen.now - seen.heard < TRAFFIC_SHOWS
    return Lamp(Light.BLINKING) if fresh else DARK


_RADIO = {
    Bluetooth.DISABLED: DARK,
    Bluetooth.ENABLED: STEADY,
    Bluetooth.PAIRING: Lamp(Light.BLINKING),
}
