"""The registers that let meters, extremes and logs begin anew, as data."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from digigate.catalogue import Model, Point
from digigate.simulator.device.deeds import Words
from digigate.simulator.device.nameplate import block_of


class Anew(StrEnum):
    """What begins anew."""

    PARTIAL = "partial"  # energies
    EXTREMES = "extremes"
    AVERAGE_EXTREMES = "average-extremes"
    PULSES = "pulses"
    HOURS = "hours"
    CURVES = "curves"
    TRENDS = "trends"
    EVENTS = "events"


ALL = ("",)
ACTIVE_IN, REACTIVE_IN, APPARENT, ACTIVE_OUT, REACTIVE_OUT = (
    ("energy.active.import",),
    ("energy.reactive.import",),
    ("energy.apparent",),
    ("energy.active.export",),
    ("energy.reactive.export",),
)
ENERGIES = ("energy.", "hours")
FIVE = (ACTIVE_IN, REACTIVE_IN, APPARENT, ACTIVE_OUT, REACTIVE_OUT)
"""In the order of the bits of COUNTIS."""
QUANTITIES = (
    (0x0001, ("voltage.v", "voltage.system.pn")),
    (0x0002, ("voltage.u", "voltage.system.pp")),
    (0x0004, ("current.",)),
    (0x0008, ("frequency",)),
    (0x0030, ("power.active.",)),
    (0x00C0, ("power.reactive.",)),
    (0x0100, ("power.apparent.",)),
    (0x0200, ("power.factor",)),
    (0x1000, ("thd.i",)),
)
"""Bits of the min/max resets of the B-30 (20097, 20098)."""

Bits = tuple[tuple[int, Anew, tuple[str, ...]], ...]
"""Which bits begin what anew, of quantities that start so."""
ANY = 0xFFFF


def _every(anew: Anew, which: tuple[str, ...] = ALL, bits: int = ANY) -> Bits:
    return ((bits, anew, which),)


RESETS: dict[tuple[str, str], Bits] = {
    ("reset-energies", "partial_meters_reset"): _every(Anew.PARTIAL, ENERGIES),
    ("reset-energies", "reset"): _every(Anew.PARTIAL, ENERGIES),
    ("reset-extremes", "erase_1_bits_may_be_or_ed"): tuple(
        (bits, Anew.AVERAGE_EXTREMES, which) for bits, which in QUANTITIES
    ),
    ("reset-extremes", "erase_2_bits_may_be_or_ed"): tuple(
        (bits, Anew.EXTREMES, which) for bits, which in QUANTITIES
    ),
    ("reset-extremes", "reset"): (*_every(Anew.EXTREMES), *_every(Anew.AVERAGE_EXTREMES)),
    ("reset-values", "reset_extremes_4v"): _every(Anew.AVERAGE_EXTREMES),
    ("reset-values", "reset_instant_extremes_4v"): _every(Anew.EXTREMES),
    ("reset-values", "reset_partial_energies"): tuple(
        (1 << k, Anew.PARTIAL, which) for k, which in enumerate(FIVE)
    ),
    ("reset-values", "reset"): tuple((1 << k, Anew.PARTIAL, which) for k, which in enumerate(FIVE)),
    ("reset-values", "reset_pulse_counters"): _every(Anew.PULSES),
    ("reset-values", "reset1"): (
        (0x003F, Anew.AVERAGE_EXTREMES, ALL),
        (0xE000, Anew.AVERAGE_EXTREMES, ALL),
        (0x0040, Anew.HOURS, ALL),
        (0x1080, Anew.PARTIAL, ACTIVE_IN),
        (0x1100, Anew.PARTIAL, REACTIVE_IN),
        (0x1200, Anew.PARTIAL, APPARENT),
        (0x1400, Anew.PARTIAL, ACTIVE_OUT),
        (0x1800, Anew.PARTIAL, REACTIVE_OUT),
    ),
    ("reset-values", "reset2"): ((0x003F, Anew.PULSES, ALL), (0xFFC0, Anew.EXTREMES, ALL)),
    ("reset-values", "reset3"): ((0x0007, Anew.EXTREMES, ALL), (0x0380, Anew.CURVES, ALL)),
    ("reset-pulse-meters", "erase_pulse_bits_may_be_or_ed"): _every(Anew.PULSES),
    ("reset-operating-hours", "reset_command"): _every(Anew.HOURS),
    ("reset-history", "action"): (
        (4, Anew.EVENTS, ALL),
        (8, Anew.CURVES, ALL),
        (16, Anew.TRENDS, ALL),
    ),
}
"""Block and register -> its bits (facts §5; official tables)."""
OLD_RESET = 1024
"""Here a register called `reset` has the bits of `reset1`."""
WITHOUT_BITS = ("reset_command",)
"""Here any value is the command, 0 too."""


@dataclass(frozen=True, slots=True)
class Reset:
    """One thing that begins anew: of which load (0 = the device and all), with which bits set."""

    anew: Anew
    load: int
    which: tuple[str, ...]
    bits: int


class Resets:
    """The reset registers of one device."""

    def __init__(self, model: Model, act: Callable[[Reset], None]) -> None:
        self._act = act
        self._points = {
            point.address: point
            for point in model.points
            if (block_of(point), point.leaf) in RESETS
        }
        self.registers = frozenset(self._points)

    def prepare(self, words: Words) -> Callable[[], None]:
        """Let begin anew what the bits say."""
        resets = [
            reset
            for address, word in words.items()
            for reset in _resets(self._points[address], word)
        ]

        def act() -> None:
            for reset in resets:
                self._act(reset)

        return act


def _resets(point: Point, word: int) -> list[Reset]:
    key = (block_of(point), "reset1" if point.address == OLD_RESET else point.leaf)
    given = ANY if point.leaf in WITHOUT_BITS else word
    return [
        Reset(anew, point.load, which, given & bits)
        for bits, anew, which in RESETS[key]
        if given & bits
    ]
