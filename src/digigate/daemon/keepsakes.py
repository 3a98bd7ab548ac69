"""Which files of the state directory a backup holds, and which a factory reset forgets.

A room that keeps a file there enters it here; a test fails for one that is not entered. Rooms
read their files at the start only, so whatever replaces or removes files does it between two runs.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Keepsake:
    """One file, together with its `.previous`, `.broken` and `.tmp` companions."""

    name: str
    in_backup: bool = False
    """Whether a backup holds it byte by byte."""
    forgotten: bool = True
    """Whether it is gone after a factory reset."""
    secret: bool = False
    """Whether it is overwritten before it is removed."""


KEEPSAKES = (
    Keepsake("settings.yaml"),  # a backup holds what is in force, wherever it was said
    Keepsake("topology.yaml"),
    Keepsake("accounts.json", in_backup=True, secret=True),
    Keepsake("tokens.json", in_backup=True, secret=True),
    Keepsake("https.pem", in_backup=True, secret=True),
    Keepsake("authorities.pem", in_backup=True),
    Keepsake("rules-on-trial.json"),
    Keepsake("clock.json"),
    Keepsake("vault.json", secret=True),  # a backup holds what it opens to
    Keepsake("secret.key", secret=True),
    Keepsake("firmware.dfu"),
    Keepsake("firmware.part"),
    Keepsake("audit-????-??.jsonl", forgotten=False),
    Keepsake("pointer.json", forgotten=False),
    Keepsake("firmware-keys", forgotten=False),
    Keepsake("slots", forgotten=False),
    Keepsake("snmp.json", forgotten=False),  # managers know this engine by it
    Keepsake("plant", forgotten=False),
    Keepsake("ports.json", forgotten=False),
    Keepsake("control.sock", forgotten=False),
    Keepsake("lock", forgotten=False),
)
COMPANIONS = ("", ".previous", ".broken", ".tmp")


def forgotten() -> tuple[Keepsake, ...]:
    """What a factory reset takes."""
    return tuple(each for each in KEEPSAKES if each.forgotten)


def in_backup() -> tuple[str, ...]:
    """The names of the files that a backup holds as they are."""
    return tuple(each.name for each in KEEPSAKES if each.in_backup)


def is_known(name: str) -> bool:
    """Whether a file of this name in the state directory has been entered."""
    return any(fnmatchcase(name, each.name + end) for each in KEEPSAKES for end in COMPANIONS)
