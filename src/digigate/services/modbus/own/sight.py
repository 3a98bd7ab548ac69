"""What the gateway's own registers may look at, and one look at all of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Protocol

from digigate.bus import LineStatus, SlaveStatus
from digigate.clock import Clock
from digigate.conditions import Condition, Conditions
from digigate.identity import Identity
from digigate.settings.sections import Settings
from digigate.settings.topology import Device, Load, Topology


class Buses(Protocol):
    """What the registers need of the bus."""

    def lines(self) -> tuple[LineStatus, ...]:
        """Both lines, wired or not."""

    def slaves(self) -> Mapping[int, SlaveStatus]:
        """All slaves of the topology by address."""


@dataclass(frozen=True, slots=True)
class Search:
    """How auto-detection stands: state 0 never ran, 1 runs, 2 ended, 3 waits for a button."""

    state: int = 0
    mode: int = 0  # 1 fast, 2 complete
    progress: int = 0  # percent
    found: int = 0
    conflicts: int = 0
    refused: int = 0
    duration: float = 0.0


@dataclass(frozen=True, slots=True)
class Sight:
    """The rooms behind the registers; each is asked anew for every request."""

    settings: Callable[[], Settings]
    topology: Callable[[], Topology]
    bus: Buses
    conditions: Conditions
    clock: Clock
    leds: Callable[[], Mapping[str, int]]
    """Lamp -> 0 dark, 1 steady, 2 blinking; a lamp that is not there is not named."""
    search: Callable[[], Search]
    started: float
    """Monotonic time of the gateway's start."""


class Moment:
    """One look: everything that one request reads belongs together."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        self.uptime = sight.clock.monotonic() - sight.started
        self.utc: datetime = sight.clock.now()
        self.local: datetime = sight.clock.local()

    @cached_property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._sight.settings()

    @cached_property
    def identity(self) -> Identity:
        """The name plate."""
        return self.settings.gateway.identity()

    @cached_property
    def topology(self) -> Topology:
        """The topology in force."""
        return self._sight.topology()

    @property
    def devices(self) -> tuple[Device, ...]:
        """All slaves in the order of the topology."""
        return self.topology.devices

    @cached_property
    def loads(self) -> tuple[tuple[Device, Load], ...]:
        """All loads in the order of the topology."""
        return tuple((device, load) for device in self.devices for load in device.loads)

    @cached_property
    def slaves(self) -> Mapping[int, SlaveStatus]:
        """How each slave is."""
        return self._sight.bus.slaves()

    @cached_property
    def lines(self) -> tuple[LineStatus, ...]:
        """How each line is: Digiware, then RS485."""
        return self._sight.bus.lines()

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """What is wrong, oldest first."""
        return self._sight.conditions.active()

    @cached_property
    def leds(self) -> Mapping[str, int]:
        """The lamps of the front panel."""
        return self._sight.leds()

    @cached_property
    def search(self) -> Search:
        """How auto-detection stands."""
        return self._sight.search()
