"""Backup and restore of a state directory on which no gateway runs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digigate.clock import Clock
from digigate.daemon.backup import Plan, collected, understood
from digigate.daemon.orders.backup import file_name, told_of
from digigate.daemon.restoring import check_model, lay_ready
from digigate.daemon.trial import TRIAL
from digigate.errors import SettingsError
from digigate.security.envelope import opened, sealed
from digigate.security.keyring import handed_over
from digigate.security.vault import Vault
from digigate.settings import KeptSettings, TopologyFile
from digigate.settings.sections import Settings
from digigate.state import StateDirectory


@dataclass(frozen=True, slots=True)
class Restore:
    """What is to go back, and how."""

    data: bytes
    passphrase: str
    preview: bool = False
    other_model: bool = False


def backup(path: Path, given: Settings, file: Path | None, passphrase: str) -> tuple[str, bytes]:
    """The name and the bytes of the file.

    Raises:
        SettingsError: the directory is in use or not ours, or the passphrase is too short.
    """
    with _state(path) as state:
        plan = _plan(state, Vault(state, handed_over()), given, file)
        return file_name(plan), sealed(plan.contents.to_bytes(), passphrase)


def restore(path: Path, given: Settings, file: Path | None, wanted: Restore) -> dict[str, Any]:
    """What differs; laid ready for the next start unless it is a preview.

    Raises:
        SettingsError: as `backup`, and for whatever is wrong with the file.
    """
    with _state(path) as state:
        vault = Vault(state, handed_over())
        former = _plan(state, vault, given, file)
        plan = understood(opened(wanted.data, wanted.passphrase), state)
        has_settings = file is not None or state.file("settings.yaml").exists()
        model = former.model if has_settings else plan.model
        check_model(plan, model, other_model=wanted.other_model)
        if not wanted.preview:
            lay_ready(vault, plan)
            state.remove(TRIAL)
        return {**told_of(former, plan), "restarting": False}


def _state(path: Path) -> StateDirectory:
    if not path.is_dir():
        raise SettingsError(f"no gateway answers at {path}, and there is no such directory")
    return StateDirectory(path)


def _plan(state: StateDirectory, vault: Vault, given: Settings, file: Path | None) -> Plan:
    kept = KeptSettings(given, file, state.file("settings.yaml"))
    topology = TopologyFile(state.file("topology.yaml")).load()
    return collected(state, vault, kept.current, topology, Clock())
