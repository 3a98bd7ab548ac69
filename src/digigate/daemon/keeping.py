"""Puts the settings in force: at the start, on SIGHUP, when one of them is set."""

import logging
from dataclasses import replace

from digigate.clock import Clock
from digigate.daemon.house import House
from digigate.daemon.notify import notify
from digigate.daemon.start import Start
from digigate.daemon.timekeeping import as_paced
from digigate.errors import SettingsError
from digigate.settings import KeptSettings
from digigate.settings.layers import held, pending
from digigate.settings.sections import Settings

log = logging.getLogger(__name__)


class SettingsKeeper:
    """What is wanted becomes what acts, all but what waits for a restart."""

    def __init__(self, house: House, start: Start, kept: KeptSettings) -> None:
        self.kept = kept
        self._house = house
        self._start = start
        self._started = kept.current
        kept.check = house.check_settings

    def act(self) -> None:
        """Apply what changed since; nothing restarts where nothing did."""
        now = held(self.kept.current, self._started)
        wanted = effective(self._start, now, self._house.clock)
        if wanted != self._house.settings:
            self._house.apply(wanted)

    def reread(self) -> None:
        """Read the files again; wrong ones are logged and the former settings stay."""
        notify("RELOADING=1")
        self._read()
        self.act()
        notify("READY=1")

    def pending(self) -> tuple[str, ...]:
        """The fields whose value waits for a restart."""
        return pending(self.kept.current, self._started)

    def again(self) -> Start:
        """What to start with after a reboot."""
        self._read()
        warm = self.kept.current == self._started
        return replace(self._start, settings=self.kept.given, topology=None, warm=warm)

    def _read(self) -> None:
        try:
            self.kept.reload()
        except SettingsError as error:
            log.error("settings not reloaded", extra={"reason": str(error)})
        else:
            log.info("settings reloaded")


def effective(start: Start, settings: Settings, clock: Clock) -> Settings:
    """The settings as they act: a sped-up plant is not paced."""
    return settings if start.plant is None else as_paced(settings, clock)
