"""pysnmp as the agent that ours is compared with: its own codec, dispatcher and responders.

What it does wrong (docs/snmp-agent.md) is kept out of its way or evened out here:

- it caps a GETBULK at 64 varbinds and fails on more repeaters: the cap is raised;
- it fails on a GETBULK that repeats nothing or has a negative number: those are not asked;
- it goes on with rounds in which every name has ended: those are cut off from its answers;
- of several names that version 1 cannot have it names one with 64 bits before an earlier one;
- it drops answers that are too long: the tree that is asked is small.
"""

from typing import Any

from pyasn1.codec.ber import decoder
from pysnmp.carrier.asyncio.dgram.udp import DOMAIN_NAME
from pysnmp.carrier.base import AbstractTransportDispatcher
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.entity.rfc3413 import cmdrsp, context
from pysnmp.proto import rfc1902
from pysnmp.proto.rfc1905 import endOfMibView, noSuchInstance, noSuchObject
from pysnmp.smi import error, instrum

from digigate.services.snmp import ber
from digigate.services.snmp.ber import END_OF_MIB_VIEW, NO_SUCH_INSTANCE, NO_SUCH_OBJECT
from digigate.services.snmp.tree import View
from digigate.settings.sections import Snmp

TYPES = {
    ber.INTEGER: rfc1902.Integer32,
    ber.OCTETS: rfc1902.OctetString,
    ber.OBJECT_ID: rfc1902.ObjectIdentifier,
    ber.IP_ADDRESS: rfc1902.IpAddress,
    ber.COUNTER32: rfc1902.Counter32,
    ber.GAUGE32: rfc1902.Gauge32,
    ber.TIMETICKS: rfc1902.TimeTicks,
    ber.COUNTER64: rfc1902.Counter64,
}
EXCEPTIONS = {
    NO_SUCH_OBJECT: noSuchObject,
    NO_SUCH_INSTANCE: noSuchInstance,
    END_OF_MIB_VIEW: endOfMibView,
}
EVERYTHING = (1, 3)


class Controller(instrum.AbstractMibInstrumController):  # type: ignore[misc]
    """Reads the same view, one name at a time."""

    def __init__(self, view: View) -> None:
        self._view = view

    def read_variables(self, *pairs: Any, **_: Any) -> list[Any]:
        """As GET."""
        return [(name, _decoded(self._view.get(ber.pack(tuple(name))))) for name, _ in pairs]

    def read_next_variables(self, *pairs: Any, **given: Any) -> list[Any]:
        """As GETNEXT; what the access control does not let the version see is passed over."""
        return [self._after(name, given) for name, _ in pairs]

    def _after(self, name: Any, given: Any) -> Any:
        for found, element in self._view.walk(ber.pack(tuple(name))):
            pair = (rfc1902.ObjectName(ber.unpack(found)), _decoded(element))
            try:
                given["acFun"]("read", pair, **given)
            except error.NoAccessError:
                continue
            return pair
        return name, endOfMibView


class Outbox(AbstractTransportDispatcher):  # type: ignore[misc]
    """Keeps what is sent."""

    sent: bytes | None = None

    def send_message(self, outgoingMessage: bytes, *_: object) -> None:  # noqa: N803
        self.sent = bytes(outgoingMessage)


class Oracle:
    """An agent for versions 1 and 2c with the communities of the settings."""

    def __init__(self, view: View, settings: Snmp) -> None:
        self._outbox = Outbox()
        self._engine = SnmpEngine()
        self._engine.register_transport_dispatcher(self._outbox)
        for version, community in ((1, settings.v1_read), (2, settings.v2_read)):
            config.add_v1_system(self._engine, community, community)
            config.add_vacm_user(
                self._engine, version, community, "noAuthNoPriv", EVERYTHING, (1, 1)
            )
        about = context.SnmpContext(self._engine)
        about.unregister_context_name(b"")
        about.register_context_name(b"", Controller(view))
        responders = (
            cmdrsp.GetCommandResponder,
            cmdrsp.NextCommandResponder,
            cmdrsp.BulkCommandResponder,
        )
        self._responders = [responder(self._engine, about) for responder in responders]
        self._responders[-1].max_varbinds = 1000

    def ask(self, datagram: bytes) -> bytes | None:
        """The answer, or None where it is silent."""
        self._outbox.sent = None
        self._engine.message_dispatcher.receive_message(
            self._engine, DOMAIN_NAME, ("192.0.2.7", 50000), datagram
        )
        return self._outbox.sent


def _decoded(element: bytes) -> Any:
    if element in EXCEPTIONS:
        return EXCEPTIONS[element]
    kind = TYPES[element[0]]
    return decoder.decode(element, asn1Spec=kind())[0]
