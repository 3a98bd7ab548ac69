"""Who asks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Client:
    """One connection, or one serial port: an object of its own, so that lines tell them apart.

    `host` is what locks, white lists and audit lines know of it: an address, or the port's name.
    """

    host: str
    door: str = "modbus_tcp"
    writes: bool = True
    """Whether it may change anything, as far as its own rights go."""
