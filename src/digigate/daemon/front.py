"""The front panel of this gateway: its lamps now, and what its button does."""

import struct
from collections.abc import Callable
from datetime import timedelta

from digigate.bus import Bus
from digigate.bus.detection import Detector, Phase
from digigate.catalogue import Catalogue, Point
from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import SettingsError
from digigate.panel import Bluetooth, Lamp, Led, Light, Situation, lamps
from digigate.services.modbus import Search
from digigate.settings.sections import DetectionMode, Gateway, Policy
from digigate.settings.topology import Topology

_STATES = {
    Phase.IDLE: 0,
    Phase.CONFLICTS: 3,
    Phase.DONE: 2,
    Phase.STOPPED: 2,
    Phase.FAILED: 2,
}
_MODES = {DetectionMode.FAST: 1, DetectionMode.COMPLETE: 2}
_CODES = {Light.OFF: 0, Light.STEADY: 1, Light.BLINKING: 2}


class Front:
    """Lives as long as the gateway has supply."""

    def __init__(
        self,
        clock: Clock,
        bus: Bus,
        conditions: Conditions,
        detector: Detector,
        radio: Callable[[], Bluetooth | None],
    ) -> None:
        self._radio = radio
        self._clock = clock
        self._bus = bus
        self._conditions = conditions
        self._detector = detector
        self._started = clock.monotonic()
        self._sought: float | None = None

    def seek(self) -> None:
        """Somebody looks for the box: ON blinks for a while."""
        self._sought = self._clock.monotonic()

    def lamps(self) -> dict[Led, Lamp]:
        """Every lamp as it is now."""
        return lamps(
            Situation(
                now=self._clock.monotonic(),
                started=self._started,
                sought=self._sought,
                heard=self._heard(),
                conditions={condition.name for condition in self._conditions.active()},
                search=self._detector.com,
                bluetooth=self._radio(),
            )
        )

    def codes(self) -> dict[str, int]:
        """As the gateway's own registers tell it: 0 dark, 1 steady, 2 blinking."""
        return {led.value: _CODES[lamp.light] for led, lamp in self.lamps().items()}

    def _heard(self) -> float | None:
        """When a slave last answered, in monotonic seconds."""
        last = max(
            (s.last_answer for s in self._bus.slaves().values() if s.last_answer), default=None
        )
        if last is None:
            return None
        ago: timedelta = self._clock.now() - last
        return self._clock.monotonic() - ago.total_seconds() / self._clock.speed


def radio(box: Gateway, policy: Policy) -> Bluetooth | None:
    """What the radio does, where the box has one: it has no function yet but its switch (§9)."""
    if not box.ble:
        return None
    return Bluetooth.ENABLED if policy.ble else Bluetooth.DISABLED


async def blink_slave(bus: Bus, topology: Topology, catalogue: Catalogue, address: int) -> None:
    """Let a slave's own lamp blink, so that it is found in its switchboard.

    Raises:
        SettingsError: there is no such slave, or its model has no register for it.
        SlaveError: it did not answer rightly.
    """
    device = topology.device(address)
    model = catalogue.models.get(device.model) if device else None
    register = model.named.get("blink.action") if model else None
    if not isinstance(register, Point):
        whose = model.name if model else f"the topology has nobody at {address}, so it"
        raise SettingsError(f"{whose} has no lamp that can be made to blink from here")
    await bus.request(address, struct.pack(">BHH", 6, register.address, 1))


def search_registers(detector: Detector) -> Search:
    """The search as the gateway's own registers tell it."""
    status = detector.status
    state, report = _STATES.get(status.phase, 1), status.report
    return Search(
        state,
        _MODES[status.mode] if state else 0,
        round(100 * status.share),
        len(report.devices) if report else len(status.found),
        len(status.conflicts),
        len(report.refusals) if report else 0,
        report.seconds if report else 0.0,
    )
