"""The gateway as a unit of its own: units 0 and 255, and its own address."""

from pymodbus.constants import ExcCodes

from digigate.services.modbus import identification as mei
from digigate.services.modbus import registers
from digigate.services.modbus.pdu import READS, WRITES, Refusal, read_of, write_of
from digigate.settings.sections import Gateway

ALWAYS_OWN = (0, 255)


class OwnUnit:
    """The registers of the gateway itself; all of them are read-only."""

    def __init__(self, gateway: Gateway) -> None:
        identity = gateway.identity()
        self.units = frozenset((*ALWAYS_OWN, gateway.address))
        self._stretches = registers.contents(registers.IDENTIFICATION, identity)
        self._objects = {
            mei.VENDOR_NAME: "SOCOMEC",
            mei.PRODUCT_CODE: identity.order_code,
            mei.REVISION: identity.firmware,
            mei.PRODUCT_NAME: identity.product_name,
            mei.MODEL_NAME: str(identity.model),
            mei.USER_APPLICATION_NAME: gateway.site,
            mei.SERIAL_NUMBER: identity.serial,
            mei.NET_ID: f"{identity.net_id:08X}",
        }

    def answer(self, pdu: bytes) -> bytes:
        """The answer PDU to a request of a known function.

        Raises:
            Refusal: as the functions' state diagrams say; 02 for what is not mapped.
        """
        if pdu[0] in READS:
            data = self._read(*read_of(pdu))
            return bytes((pdu[0], len(data))) + data
        if pdu[0] in WRITES:
            write_of(pdu)
            raise Refusal(ExcCodes.ILLEGAL_ADDRESS)
        mei.check(pdu)
        return mei.identification(pdu, self._objects)

    def _read(self, start: int, count: int) -> bytes:
        for first, data in self._stretches.items():
            offset = 2 * (start - first)
            if offset >= 0 and offset + 2 * count <= len(data):
                return data[offset : offset + 2 * count]
        raise Refusal(ExcCodes.ILLEGAL_ADDRESS)
