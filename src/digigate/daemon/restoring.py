"""A restore: laid ready in the vault in one step, put in place before the next run begins.

Until then nothing has changed; a crash while it is put in place is made good at the next start,
which begins again with the same. What was there before stays as `.previous`.
"""

import logging
import zlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from digigate.daemon.backup import STAGED, Plan, packed, understood
from digigate.daemon.keepsakes import in_backup
from digigate.daemon.start import Start
from digigate.errors import SettingsError
from digigate.security.vault import Vault
from digigate.settings import Settings
from digigate.settings.file import written
from digigate.settings.strict_yaml import dump
from digigate.state import StateDirectory

log = logging.getLogger(__name__)


def check_model(plan: Plan, model: str, *, other_model: bool) -> None:
    """Raises SettingsError for another model's, unless that is meant.

    What of the topology cannot be served is a condition afterwards, as ever.
    """
    if plan.model != model and not other_model:
        raise SettingsError(
            f"the backup is of an {plan.model}, this is an {model}: say that you mean it"
            " (--other-model), and this gateway becomes the other"
        )


def lay_ready(vault: Vault, plan: Plan) -> None:
    """Let the next start begin with it.

    Raises:
        SettingsError: it cannot be kept; nothing has changed.
    """
    vault.put(STAGED, packed(plan))


def finish(state: StateDirectory, vault: Vault, start: Start) -> Start:
    """What to start with, once what was laid ready is in place."""
    staged = vault.get(STAGED)
    if staged is None:
        return start
    try:
        plan = understood(zlib.decompress(staged), state)
    except (SettingsError, zlib.error) as error:
        log.error("a restore was laid ready that makes no sense", extra={"reason": str(error)})
        vault.drop(STAGED)
        return start
    try:
        _put_all(state, plan, _layer(start.settings, _plugged(start, plan.settings)))
    except OSError as error:
        raise SettingsError(
            f"the restore cannot be written to {state.path}: {error.strerror}; make room there"
            " and start again: it goes on from where it was"
        ) from error
    vault.exchange(plan.contents.secrets)
    log.info("configuration restored", extra={"made": plan.contents.made})
    return replace(start, topology=None)


def _put_all(state: StateDirectory, plan: Plan, settings: bytes | None) -> None:
    _put(state, "settings.yaml", settings)
    _put(state, "topology.yaml", written(plan.topology).encode())
    for name in in_backup():
        _put(state, name, plan.contents.files.get(name))


def _plugged(start: Start, settings: Settings) -> Settings:
    """A simulated plant's lines are where it made them."""
    if start.plant is None:
        return settings
    buses = {
        name: getattr(settings.buses, name).model_copy(update={"port": line.port})
        for name, line in start.settings.buses
    }
    return settings.model_copy(update={"buses": settings.buses.model_copy(update=buses)})


def _layer(given: Settings, wanted: Settings) -> bytes | None:
    """What must lie over the given settings to make the wanted ones of them."""
    over = _over(given.model_dump(mode="json"), wanted.model_dump(mode="json"))
    return dump(over).encode() if over else None


def _over(under: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    over = {}
    for name, value in wanted.items():
        below = under.get(name)
        if isinstance(value, dict) and isinstance(below, dict):
            if inner := _over(below, value):
                over[name] = inner
        elif value != below:
            over[name] = value
    return over


def _put(state: StateDirectory, name: str, data: bytes | None) -> None:
    former = state.read_bytes(name)
    if former == data:
        return
    if former is not None:
        state.write_bytes(name + ".previous", former)
    if data is None:
        state.remove(name)
    else:
        state.write_bytes(name, data)
