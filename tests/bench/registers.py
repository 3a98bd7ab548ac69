"""What every simulated register holds, as measure.h has it."""


def register_at(unit: int, address: int) -> int:
    """The word at an address of a unit; its place follows from it as well as a hash allows."""
    mixed = (unit * 0x9E3779B1 ^ address * 0x85EBCA77) & 0xFFFFFFFF
    return (mixed >> 16 ^ mixed) & 0xFFFF


def registers(unit: int, address: int, words: int) -> bytes:
    """Consecutive registers as they travel: the high byte first."""
    return b"".join(register_at(unit, address + i).to_bytes(2, "big") for i in range(words))
