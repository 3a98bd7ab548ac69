"""Alarms that last are told again every so often (Annexe I-6, "Fréquence d'envoi")."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from digigate.services.snmp.alarms import AlarmNotice, AlarmState, alarm_notification
from digigate.services.snmp.tree import Notices

LOOK_EVERY = 1.0  # seconds between two looks at what is due


@dataclass(slots=True)
class Lasting:
    """An alarm that is active: how often it was told again, and when it was told last."""

    alarm: AlarmNotice
    told: float
    reminder: int = 0


class AlarmTelling:
    """What the engine of alarms calls; lives as long as the gateway.

    `minutes` is asked at each look, so that another period counts for alarms that are active.
    """

    def __init__(
        self, notices: Notices, minutes: Callable[[], float], monotonic: Callable[[], float]
    ) -> None:
        self._notices = notices
        self._minutes = minutes
        self._monotonic = monotonic
        self._lasting: dict[int, Lasting] = {}

    @property
    def active(self) -> Mapping[int, AlarmNotice]:
        """The alarms that last, by their index."""
        return {index: each.alarm for index, each in self._lasting.items()}

    def raise_(self, alarm: AlarmNotice) -> None:
        """An alarm has begun: tell it, and again until it is cleared."""
        self._lasting[alarm.index] = Lasting(alarm, self._monotonic())
        self._notices.send(alarm_notification(alarm))

    def acknowledge(self, index: int) -> None:
        """Somebody has seen it; reminders say so. Nothing happens where it does not last."""
        if lasting := self._lasting.get(index):
            lasting.alarm = replace(lasting.alarm, state=AlarmState.ACKNOWLEDGED)

    def clear(self, alarm: AlarmNotice) -> None:
        """An alarm is over, at its time: tell that, and nothing more of it."""
        self._lasting.pop(alarm.index, None)
        self._notices.send(alarm_notification(replace(alarm, state=AlarmState.CLEARED)))

    def remind(self) -> None:
        """Tell again what was told last a period or more ago."""
        now = self._monotonic()
        for lasting in self._lasting.values():
            if now - lasting.told >= self._minutes() * 60:
                lasting.told = now
                lasting.reminder += 1
                self._notices.send(alarm_notification(lasting.alarm, lasting.reminder))

    async def run(self) -> None:
        """Look for what is due until cancelled."""
        while True:
            self.remind()
            await asyncio.sleep(LOOK_EVERY)
