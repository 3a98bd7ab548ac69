"""Where a device sits on its line: the address and speed it acts by, and those it was told."""

from collections.abc import Callable, Mapping

from digigate.catalogue import Model, Point, Value
from digigate.simulator.device.answers import ILLEGAL_VALUE, Illegal
from digigate.simulator.device.deeds import Words
from digigate.simulator.device.front import ADDRESSES
from digigate.simulator.plant import BAUDRATES


class Seat:
    """Address and speed of one device; what is written counts once it is saved."""

    def __init__(self, model: Model, address: int, baudrate: int) -> None:
        self.address = address
        self.baudrate = baudrate
        self._told: dict[str, int] = {}
        self._fields = {
            point.address: leaf
            for leaf in ("slave_address", "baudrate")
            for point in model.registers(leaf)
        }
        self._shown: Mapping[str, Callable[[float], Value]] = {
            "slave_address": lambda _: self._told.get("slave_address", self.address),
            "baudrate": lambda _: self._told.get("baudrate", BAUDRATES.index(self.baudrate)),
        }
        self.registers = frozenset(self._fields)

    def move(self, address: int) -> None:
        """Take another address at once and for good."""
        self.address = address
        self._told.pop("slave_address", None)

    def source(self, point: Point) -> Callable[[float], Value] | None:
        """What its registers read."""
        return self._shown.get(self._fields.get(point.address, ""))

    def prepare(self, words: Words) -> Callable[[], None]:
        """Take address or speed as told.

        Raises:
            Illegal: 03, no address or no speed that there is.
        """
        told = {self._fields[address]: word for address, word in words.items()}
        if told.get("slave_address", 1) not in ADDRESSES:
            raise Illegal(ILLEGAL_VALUE)
        if told.get("baudrate", 0) >= len(BAUDRATES):
            raise Illegal(ILLEGAL_VALUE)
        return lambda: self._told.update(told)

    def save(self) -> None:
        """Act by what was told."""
        self.address = self._told.get("slave_address", self.address)
        if "baudrate" in self._told:
            self.baudrate = BAUDRATES[self._told["baudrate"]]
        self._told.clear()

    def restart(self) -> None:
        """Forget what was told and not saved."""
        self._told.clear()
