"""From a request PDU to its answer: from the image, from the line, or from the gateway itself."""

from collections.abc import Awaitable, Callable

from pymodbus.constants import ExcCodes

from digigate.bus.identification import IDENTIFICATION
from digigate.bus.requests import Priority, Requests
from digigate.catalogue import Model
from digigate.errors import SlaveError, SlaveException
from digigate.services.modbus import identification as mei
from digigate.services.modbus.bits import Bits
from digigate.services.modbus.client import Client
from digigate.services.modbus.own import OwnUnit
from digigate.services.modbus.pdu import (
    BITS,
    CHANGES,
    OWN_FUNCTIONS,
    READS,
    SLAVE_FUNCTIONS,
    WRITES,
    Function,
    Refusal,
    read_of,
    refusal,
    write_of,
)
from digigate.store import Store

ALWAYS_OWN = frozenset((0, 255))
"""Units that are the gateway itself wherever no line makes 0 a broadcast."""


class Handler:
    """Answers for every unit.

    `configured` tells whether a slave has this address. The gateway's own units go before a slave
    of the same address. Where `writes()` is false every write is refused with 01 (policy, §11.3.2).
    """

    def __init__(
        self,
        store: Store,
        requests: Requests,
        configured: Callable[[int], bool],
        own: OwnUnit,
        own_units: frozenset[int],
        writes: Callable[[], bool],
    ) -> None:
        self._store = store
        self._requests = requests
        self._configured = configured
        self._own = own
        self._writes = writes
        self._bits = Bits(self.answer)
        self.own_units = own_units
        self.registers = store.raw  # for the fast path: a slave's registers from its image

    def answer(self, unit: int, pdu: bytes, client: Client) -> bytes | Awaitable[bytes]:
        """The answer PDU: at once where it is known here, else after the line was asked.

        Refusals are answers too; nothing is raised.
        """
        try:
            return self._judged(unit, pdu, client)
        except Refusal as error:
            return refusal(pdu[0], error.code)

    def serves(self, unit: int) -> bool:
        """Whether this unit is the gateway or a slave of the topology."""
        return unit in self.own_units or self._configured(unit)

    def broadcast(self, pdu: bytes, client: Client) -> bytes | Awaitable[bytes]:
        """A write said to all on a line: the gateway alone obeys, and its answer is for nobody."""
        if pdu[0] not in WRITES:
            return b""
        return self.answer(min(self.own_units), pdu, client)

    def _judged(self, unit: int, pdu: bytes, client: Client) -> bytes | Awaitable[bytes]:
        own = unit in self.own_units
        if not self.serves(unit):
            raise Refusal(ExcCodes.GATEWAY_PATH_UNAVIABLE)
        function = pdu[0]
        if function not in (OWN_FUNCTIONS if own else SLAVE_FUNCTIONS):
            raise Refusal(ExcCodes.ILLEGAL_FUNCTION)
        if function in CHANGES and not (client.writes and self._writes()):
            raise Refusal(ExcCodes.ILLEGAL_FUNCTION)
        if own:
            return self._own.answer(pdu, client)
        if function in READS:
            return self._read(unit, pdu, client)
        if function in BITS:
            return self._bits.answer(unit, self._model(unit), pdu, client)
        if function in WRITES:
            write_of(pdu)
            return self._asked(unit, pdu, function, client)
        mei.check(pdu)
        return self._identified(unit, pdu, client)

    def _read(self, unit: int, pdu: bytes, client: Client) -> bytes | Awaitable[bytes]:
        """FC04 is answered as FC03: SOCOMEC devices have holding registers only."""
        data = self._store.raw(unit, *read_of(pdu))
        if data is not None:
            return bytes((pdu[0], len(data))) + data
        if self._known_silent(unit):
            raise Refusal(ExcCodes.GATEWAY_NO_RESPONSE)
        return self._asked(unit, bytes((Function.READ_HOLDING,)) + pdu[1:], pdu[0], client)

    def _model(self, unit: int) -> Model | None:
        image = self._store.image(unit)
        return None if image is None else image.model

    def _known_silent(self, unit: int) -> bool:
        """A slave that the poller holds for silent must not cost every client a time-out."""
        image = self._store.image(unit)
        return image is not None and image.silent

    async def _asked(self, unit: int, pdu: bytes, function: int, client: Client) -> bytes:
        try:
            answer = await self._requests.request(unit, pdu, Priority.CLIENT, client)
        except SlaveException as error:
            return refusal(function, error.code)
        except SlaveError:
            return refusal(function, ExcCodes.GATEWAY_NO_RESPONSE)
        except KeyError:  # the slave left the topology meanwhile
            return refusal(function, ExcCodes.GATEWAY_PATH_UNAVIABLE)
        return bytes((function,)) + answer[1:]

    async def _identified(self, unit: int, pdu: bytes, client: Client) -> bytes:
        """FC43/14 for a slave: SOCOMEC devices lack it, their block 50000 says the same."""
        try:
            found = self._read(unit, IDENTIFICATION.pdu, client)
            answer = found if isinstance(found, bytes) else await found
            return mei.identification(pdu, _objects(answer))
        except Refusal as error:
            return refusal(pdu[0], error.code)


_GATEWAY_CODES = (ExcCodes.GATEWAY_PATH_UNAVIABLE, ExcCodes.GATEWAY_NO_RESPONSE)


def _objects(answer: bytes) -> mei.Objects:
    """What a slave's block 50000 says of it; a slave without that block lacks the function."""
    if answer[0] != Function.READ_HOLDING:
        gone = answer[1] in _GATEWAY_CODES
        raise Refusal(answer[1] if gone else ExcCodes.ILLEGAL_FUNCTION)
    return mei.objects_of(answer[2:])
