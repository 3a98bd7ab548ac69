"""The lock over settings, and the registers of a device's commands (facts §2)."""

from collections.abc import Callable, Mapping

from digigate.catalogue import Model
from digigate.simulator.device.answers import ILLEGAL_VALUE, Illegal
from digigate.simulator.device.deeds import Words

CODE, LEVEL = 58112, 58113
ACTION = 57856
KEY = 1000
OPEN_FOR = 300.0  # s of real time; ours, as no table tells it (gaps.md)
SAVE, REBOOT, FACTORY, FACTORY_A10 = 0xA1, 0xB2, 0xE5, 0xC3


class Lock:
    """Opened by its code for five minutes; any other code closes it."""

    registers = frozenset((CODE,))

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._until = float("-inf")

    @property
    def open(self) -> bool:
        """Whether locked registers may be written."""
        return self._now() < self._until

    def close(self) -> None:
        """As after a loss of supply."""
        self._until = float("-inf")

    def prepare(self, words: Words) -> Callable[[], None]:
        """Open or close it.

        Raises:
            Illegal: 03, a wrong code; the lock stays as it is.
        """
        if words[CODE] == KEY:
            return self._open
        if words[CODE]:
            raise Illegal(ILLEGAL_VALUE)
        return self.close

    def _open(self) -> None:
        self._until = self._now() + OPEN_FOR


class Action:
    """The register of the great commands: save, begin anew, forget all."""

    registers = frozenset((ACTION,))

    def __init__(self, deeds: Mapping[int, Callable[[], None]]) -> None:
        self._deeds = deeds

    def prepare(self, words: Words) -> Callable[[], None]:
        """What the command does.

        Raises:
            Illegal: 03, no such command.
        """
        deed = self._deeds.get(words[ACTION])
        if deed is None:
            raise Illegal(ILLEGAL_VALUE)
        return deed


class Blink:
    """The register that lets a device show which one it is (57864): 1 begins it, 0 ends it."""

    def __init__(self, model: Model) -> None:
        self.on = False
        self.registers = frozenset(
            point.address for point in model.points if point.block == "blink"
        )

    def prepare(self, words: Words) -> Callable[[], None]:
        """Begin or end it.

        Raises:
            Illegal: 03, neither 0 nor 1.
        """
        (word,) = words.values()
        if word > 1:
            raise Illegal(ILLEGAL_VALUE)

        def act() -> None:
            self.on = bool(word)

        return act


class Save:
    """The older DIRIS A's own register that saves (1536): any value does it."""

    def __init__(self, model: Model, save: Callable[[], None]) -> None:
        self.registers = frozenset(point.address for point in model.registers("save"))
        self._save = save

    def prepare(self, words: Words) -> Callable[[], None]:  # noqa: ARG002 -- as every deed
        """Save."""
        return self._save
