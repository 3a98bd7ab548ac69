"""Slaves on a pty that do what a test tells them: right, late, garbled, or gone."""

from fieldbus.scripted import (
    Faults,
    Pieces,
    ScriptedSlaves,
    eventually,
    honest,
    link_to,
    register,
    sealed,
)

__all__ = [
    "Faults",
    "Pieces",
    "ScriptedSlaves",
    "eventually",
    "honest",
    "link_to",
    "register",
    "sealed",
]
