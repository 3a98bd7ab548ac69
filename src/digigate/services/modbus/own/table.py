"""Addresses from the catalogue, values from the functions of the same names."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping

from pymodbus.constants import ExcCodes

from digigate.catalogue import Model, Point, encode
from digigate.errors import CatalogueError
from digigate.services.modbus.own import plant, plate, state
from digigate.services.modbus.own.sight import Moment
from digigate.services.modbus.own.told import Told
from digigate.services.modbus.pdu import Refusal

_BLOCKS: Mapping[str, Mapping[str, Told]] = {
    "identification": plate.IDENTIFICATION,
    "network-settings": plate.NETWORK,
    "modbus-settings": plate.MODBUS,
    "clock-extended": plate.CLOCK_EXTENDED,
    "sntp-settings": plate.SNTP,
    "clock": plate.CLOCK,
    **plate.COMMANDS,
    "gateway": state.GATEWAY,
    "front-panel": state.FRONT_PANEL,
    "detection": state.DETECTION,
    "command": state.COMMAND,
    "condition": state.CONDITION,
    "bus": plant.BUS,
    "topology": plant.TOPOLOGY,
    "slave": plant.SLAVE,
    "load": plant.LOAD,
}
REGISTERS: Mapping[str, Told] = {
    f"{block}.{name}": told
    for block, registers in _BLOCKS.items()
    for name, told in registers.items()
}
"""Every register by its name in the catalogue's map, without the number of its item."""


class OwnTable:
    """The registers of one gateway model."""

    def __init__(self, model: Model) -> None:
        """Raises:
        CatalogueError: map and functions do not name the same registers.
        """
        self.model = model
        self._points = sorted(model.points, key=lambda point: point.address)
        self._starts = [point.address for point in self._points]
        odd = {name_of(point) for point in self._points} ^ set(REGISTERS)
        if odd:
            words = ", ".join(sorted(odd))
            raise CatalogueError(f"{model.key}: a register without a meaning, or no such: {words}")

    def read(self, start: int, count: int, now: Moment) -> bytes:
        """Registers as they stand at one moment.

        Raises:
            Refusal: 02 where one of them is not mapped.
        """
        points = tuple(self.points(start, count))
        data = b"".join(
            encode(REGISTERS[name_of(p)].tell(now, item_of(p)), p.type, p.words, p.scale)
            for p in points
        )
        at = 2 * (start - points[0].address)
        return data[at : at + 2 * count]

    def points(self, start: int, count: int) -> Iterator[Point]:
        """The points that cover these registers without a hole.

        Raises:
            Refusal: 02 where one of them is not mapped.
        """
        index = bisect_right(self._starts, start) - 1
        at, end = start, start + count
        while at < end:
            if not 0 <= index < len(self._points):
                raise Refusal(ExcCodes.ILLEGAL_ADDRESS)
            point = self._points[index]
            if not point.address <= at < point.address + point.words:
                raise Refusal(ExcCodes.ILLEGAL_ADDRESS)
            yield point
            at, index = point.address + point.words, index + 1


def name_of(point: Point) -> str:
    """`topology.address` of `topology.address[3]`."""
    return point.name.partition("[")[0]


def item_of(point: Point) -> int:
    """3 of `topology.address[3]`; 1 of what exists once."""
    return int(point.name.partition("[")[2].rstrip("]") or 1)
