"""The clock's offset and zone outlive a restart; a sped-up plant is not paced."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from digigate.clock import Clock
from digigate.settings.sections import Settings
from digigate.state import ClockFile, ClockRecord, StateDirectory

log = logging.getLogger(__name__)


@contextmanager
def kept_clock(state: StateDirectory, zone: str, speed: float = 1.0) -> Iterator[Clock]:
    """The gateway's clock as it was left, kept again after each change and at the end.

    A zone set while running stays in force over the settings' until it is set back.
    """
    file = ClockFile(state)
    kept = file.read()
    clock = Clock(kept.zone or zone, offset=kept.offset)
    if speed != 1.0:
        clock.set_speed(speed)

    def keep() -> None:
        key = clock.zone.key
        try:
            file.write(ClockRecord(clock.offset, "" if key == zone else key))
        except OSError as error:
            log.error("clock not kept", extra={"reason": str(error)})

    with clock.watch(keep):
        yield clock
    keep()


def as_paced(settings: Settings, clock: Clock) -> Settings:
    """The settings for a simulated plant: no silent intervals while time runs faster."""
    paced = clock.speed <= 1
    digiware = settings.buses.digiware.model_copy(update={"paced": paced})
    rs485 = settings.buses.rs485.model_copy(update={"paced": paced})
    buses = settings.buses.model_copy(update={"digiware": digiware, "rs485": rs485})
    return settings.model_copy(update={"buses": buses})
