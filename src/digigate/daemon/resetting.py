"""Factory reset (§11.1): ordered in one run, carried out before the next, finished after a crash.

The order leaves a mark; at the start that follows, before any room has read anything, all that
was kept is forgotten, and the mark goes last.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from digigate.daemon.keepsakes import COMPANIONS, Keepsake, forgotten
from digigate.daemon.start import Start
from digigate.errors import SettingsError
from digigate.settings import SettingsFile
from digigate.settings.by_path import value_at, where_of
from digigate.settings.patching import with_value
from digigate.settings.sections import Settings
from digigate.state import StateDirectory

log = logging.getLogger(__name__)
audit = logging.getLogger("digigate.audit")

MARK = "factory-reset.json"
INSTALLED = (
    "gateway.model",
    "gateway.ble",
    "gateway.net_id",
    "gateway.serial",
    "buses.digiware.port",
    "buses.rs485.port",
    "usb.port",
)
"""What says which box this is and what is plugged where: no reset of a real one changes it."""


def mark(state: StateDirectory, facts: Mapping[str, Any]) -> None:
    """Let the next start begin with a reset; `facts` say who ordered it.

    Raises:
        SettingsError: it cannot be written; nothing will be reset.
    """
    try:
        state.write_json(MARK, dict(facts))
    except OSError as error:
        raise SettingsError(
            f"the reset cannot be marked in {state.path}: {error.strerror}; nothing is reset"
        ) from error


def finish(state: StateDirectory, start: Start) -> Start:
    """What to start with; after a marked reset the factory's, once all else is forgotten."""
    if not state.file(MARK).exists():
        return start
    facts = state.read_json(MARK)
    for keepsake in forgotten():
        _forget(state, keepsake)
    settings = _default_settings(start)
    state.remove(MARK)
    audit.info("factory reset", extra=facts if isinstance(facts, dict) else {})
    topology = start.plant.topology() if start.plant else None
    return replace(start, settings=settings, topology=topology)


def installed_only(settings: Settings) -> str:
    """The text of a settings file that holds what was installed and no more."""
    text, default = "", Settings()
    for path in INSTALLED:
        value = value_at(settings, path)
        if value != value_at(default, path):
            text = with_value(text, where_of(path), value)
    return text


def _forget(state: StateDirectory, keepsake: Keepsake) -> None:
    for ending in COMPANIONS:
        if keepsake.secret:
            state.shred(keepsake.name + ending)
        else:
            state.remove(keepsake.name + ending)


def _default_settings(start: Start) -> Settings:
    """The user's own file is put aside as `.previous`; one that he may not write stays."""
    if start.settings_file is None:
        return start.settings
    file = SettingsFile(start.settings_file)
    wanted = installed_only(start.settings)
    try:
        if file.path.read_text(encoding="utf-8") != wanted:
            file.save_text(wanted)
    except (SettingsError, OSError) as error:
        log.warning("the settings file could not be reset and stays", extra={"reason": str(error)})
        return start.settings
    return file.load()
