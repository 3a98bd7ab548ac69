"""The gateway as a unit of its own: its registers, and what they order."""

import logging
from collections.abc import Awaitable, Callable, Mapping

from pymodbus.constants import ExcCodes

from digigate.catalogue import Point
from digigate.commands import Caller, Commands
from digigate.errors import AccessError, DigigateError, SettingsError, SlaveError
from digigate.services.modbus import identification as mei
from digigate.services.modbus.client import Client
from digigate.services.modbus.own.locks import Locks
from digigate.services.modbus.own.orders import READERS, Guard, Order
from digigate.services.modbus.own.sight import Moment, Sight
from digigate.services.modbus.own.table import OwnTable
from digigate.services.modbus.pdu import (
    READS,
    WRITES,
    Function,
    Refusal,
    read_of,
    refusal,
    write_of,
    written,
)

audit = logging.getLogger("digigate.audit")

LOCK = "lock"

MayDestroy = Callable[[Client], bool]


class OwnUnit:
    """Answers for the gateway itself.

    `may_destroy(client)` tells whether a client may order what lasts or interrupts the service.
    """

    def __init__(
        self, table: OwnTable, sight: Sight, commands: Commands, may_destroy: MayDestroy
    ) -> None:
        self._table = table
        self._sight = sight
        self._commands = commands
        self._may_destroy = may_destroy
        self._locks = Locks(sight.clock.monotonic)

    def answer(self, pdu: bytes, client: Client) -> bytes | Awaitable[bytes]:
        """The answer PDU to a request of a function in `OWN_FUNCTIONS`.

        Raises:
            Refusal: as the functions' state diagrams say; 02 for what is not mapped.
        """
        function = pdu[0]
        if function in READS:
            data = self._table.read(*read_of(pdu), self._now())
            return bytes((function, len(data))) + data
        if function in WRITES:
            return self._write(pdu, client)
        if function == Function.DIAGNOSTIC:
            return _echo(pdu)
        if function == Function.REPORT_SERVER_ID:
            return self._server_id(pdu)
        mei.check(pdu)
        return mei.identification(pdu, self._objects())

    def _now(self) -> Moment:
        return Moment(self._sight)

    def _write(self, pdu: bytes, client: Client) -> bytes | Awaitable[bytes]:
        points = tuple(self._table.points(*write_of(pdu)))
        block = points[0].block
        if any(point.block != block or not point.writable for point in points):
            raise Refusal(ExcCodes.ILLEGAL_ADDRESS)
        values = _values(points, written(pdu))
        if block == LOCK:
            self._submit(values, client)
            return pdu[:5]
        order = READERS[block](values, self._now())
        self._check(order, points[0], client)
        return self._carry_out(order, pdu, client) if order.command else pdu[:5]

    def _submit(self, values: Mapping[str, int], client: Client) -> None:
        code = values.get("code_to_submit")
        if code is not None and not self._locks.submit(client.host, code) and code:
            self._refuse("wrong code", LOCK, client)

    def _check(self, order: Order, first: Point, client: Client) -> None:
        """Whether the client has what the order takes."""
        if order.guard is Guard.HARMLESS:
            return
        if order.guard is Guard.NEVER:
            self._refuse("never allowed", first.name, client)
        if not self._locks.is_open(client.host):
            self._refuse("locked: write 1000 to 58112 first", first.name, client)
        if order.guard is Guard.DESTRUCTIVE and not self._may_destroy(client):
            self._refuse("the client is not on the white list", first.name, client)

    def _refuse(self, why: str, register: str, client: Client) -> None:
        facts = {"who": client.host, "door": client.door, "register": register, "reason": why}
        audit.warning("modbus write refused", extra=facts)
        raise Refusal(ExcCodes.ILLEGAL_VALUE)

    async def _carry_out(self, order: Order, pdu: bytes, client: Client) -> bytes:
        who = Caller(f"modbus client {client.host}", order.profile, client.host)
        try:
            if self._commands.is_stream(order.command):
                async for _ in self._commands.stream(order.command, order.arguments, who):
                    pass  # its last event is the end of the work
            else:
                await self._commands.execute(order.command, order.arguments, who)
        except DigigateError as error:
            return refusal(pdu[0], _code_of(error))
        return pdu[:5]

    def _server_id(self, pdu: bytes) -> bytes:
        """FC17: the number of the model, running, its name and version; contents ours."""
        if len(pdu) != 1:
            raise Refusal(ExcCodes.ILLEGAL_VALUE)
        identity = self._now().identity
        number = int(identity.model.value.partition("-")[2])
        text = f"{identity.product_name} {identity.firmware}".encode("ascii", "replace")
        data = bytes((number, RUNNING)) + text
        return bytes((pdu[0], len(data))) + data

    def _objects(self) -> mei.Objects:
        now = self._now()
        identity = now.identity
        return {
            mei.VENDOR_NAME: "SOCOMEC",
            mei.PRODUCT_CODE: identity.order_code,
            mei.REVISION: identity.firmware,
            mei.PRODUCT_NAME: identity.product_name,
            mei.MODEL_NAME: str(identity.model),
            mei.USER_APPLICATION_NAME: now.settings.gateway.site,
            mei.SERIAL_NUMBER: identity.serial,
            mei.NET_ID: f"{identity.net_id:08X}",
        }


RUNNING = 0xFF


def _echo(pdu: bytes) -> bytes:
    """FC08, return query data.

    Raises:
        Refusal: 01 for any other sub-function, 03 for a wrong length.
    """
    if len(pdu) < 5 or len(pdu) % 2 == 0:
        raise Refusal(ExcCodes.ILLEGAL_VALUE)
    if pdu[1:3] != b"\0\0":
        raise Refusal(ExcCodes.ILLEGAL_FUNCTION)
    return pdu


def _values(points: tuple[Point, ...], data: bytes) -> dict[str, int]:
    """The words by the registers' own names; all writable registers have one word."""
    words = (data[at : at + 2] for at in range(0, len(data), 2))
    pairs = zip(points, words, strict=True)
    return {point.leaf: int.from_bytes(word, "big") for point, word in pairs}


def _code_of(error: DigigateError) -> int:
    """What a client is told of an order that could not be carried out."""
    if isinstance(error, SlaveError):
        return ExcCodes.GATEWAY_NO_RESPONSE
    if isinstance(error, AccessError):
        return ExcCodes.ILLEGAL_FUNCTION
    return ExcCodes.ILLEGAL_VALUE if isinstance(error, SettingsError) else ExcCodes.DEVICE_FAILURE
