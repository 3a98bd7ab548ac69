"""Notifications: whom the settings want told, and what of the gateway's life is worth telling."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from digigate.conditions import Condition, Conditions
from digigate.errors import SettingsError
from digigate.services.snmp import ber
from digigate.services.snmp.ber import Oid
from digigate.services.snmp.mib2.system import product
from digigate.services.snmp.notifications import Kind, kinds
from digigate.services.snmp.reminders import AlarmTelling
from digigate.services.snmp.secure import Engine
from digigate.services.snmp.sender import Sender, SenderService, Teller
from digigate.services.snmp.telling.channel import Admits, Target, broadcast_addresses
from digigate.services.snmp.telling.forms import CommunityInforms, v1_traps, v2c_traps
from digigate.services.snmp.telling.line import Around
from digigate.services.snmp.telling.pdus import COLD_START, LINK_DOWN, LINK_UP, WARM_START
from digigate.services.snmp.telling.posting import Courier
from digigate.services.snmp.telling.secured import Known, SecuredInforms, SecuredTraps
from digigate.services.snmp.tree import Notification
from digigate.services.snmp.usm import User
from digigate.settings.kept import KeptTopology
from digigate.settings.sections import (
    Authentication,
    Settings,
    Snmp,
    SnmpTraps,
    TrapMode,
    TrapVersion,
)
from digigate.settings.topology import Topology
from digigate.supervisor import Off, Supervisor

SILENT = "slave.timeout"
IF_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1)
IF_INDEX, IF_ADMIN_STATUS, IF_OPER_STATUS = 1, 7, 8

Instance = Callable[[Oid], bytes | None]
"""What the agent shows there now, as a whole element."""


@dataclass(frozen=True, slots=True)
class NoticeRooms:
    """The rooms that notifications are made in."""

    conditions: Conditions
    plan: KeptTopology
    instance: Instance
    admits: Admits
    settings: Callable[[], Settings]
    uptime: Callable[[], int]
    """In hundredths of a second."""
    engine: Callable[[], Engine]
    """Our own, of SNMPv3."""
    reveal: Callable[[str], str]
    """The secret that a setting refers to."""
    monotonic: Callable[[], float]


class SnmpNotices:
    """The sender, the telling of alarms, and what is told of the gateway itself."""

    def __init__(self, rooms: NoticeRooms) -> None:
        self._rooms = rooms
        self._first: tuple[Notification, ...] = ()
        self.sender = Sender(
            Teller(
                rooms.uptime,
                lambda: product(rooms.settings()),
                lambda: rooms.settings().snmp.authen_traps,
                rooms.monotonic,
            )
        )
        self.alarms = AlarmTelling(
            self.sender, lambda: rooms.settings().snmp.traps.minutes, rooms.monotonic
        )

    def wire(self, supervisor: Supervisor[Settings]) -> None:
        """Hand the sender to the supervisor."""
        supervisor.wire("snmp_traps", lambda s: (_asked(s.snmp), s.policy.snmp), self._service)

    def begin(self, *, warm: bool) -> None:
        """Let the first that is told be that the gateway has started, `warm` = configured as it was
        before.
        """
        self._first = (Notification(WARM_START if warm else COLD_START),)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Tell of devices and of the topology while the block runs."""
        rooms = self._rooms
        with rooms.conditions.watch(self._judge), rooms.plan.watch(self._changed):
            yield

    def linked(self, index: int, *, up: bool) -> None:
        """An interface of this machine has come up or gone down."""
        entry = (IF_INDEX, IF_ADMIN_STATUS, IF_OPER_STATUS)
        columns = ((*IF_ENTRY, column) for column in entry)
        self.sender.send(self._told(LINK_UP if up else LINK_DOWN, columns, (index,)))

    def _service(self, view: tuple[Snmp, bool]) -> SenderService | Off:
        snmp, allowed = view
        if not allowed or snmp.traps.mode is TrapMode.OFF:
            self._first = ()
            return Off("" if allowed else "forbidden by policy.snmp")
        rooms, courier = self._rooms, self._courier(snmp)
        first, self._first = self._first, ()
        around = Around(rooms.conditions, rooms.admits, rooms.monotonic)
        return SenderService(
            self.sender,
            partial(targets, snmp.traps),
            courier,
            around,
            self.alarms,
            first,
        )

    def _courier(self, snmp: Snmp) -> Callable[[Target], Courier]:
        """How targets are told; whole networks and managers of v1 acknowledge nothing.

        Raises:
            SettingsError: the user who signs has no password, or it is lost.
        """
        traps = snmp.traps
        known = _user(snmp, self._rooms.reveal) if traps.version is TrapVersion.V3 else None

        def courier(target: Target) -> Courier:
            asks = traps.inform and not target.broadcast
            if known is not None:
                engine, room = self._rooms.engine(), snmp.message_max
                if asks:
                    return SecuredInforms(engine.id, known, room)
                return SecuredTraps(engine, known, room)
            if traps.version is TrapVersion.V1:
                return v1_traps(traps.community)
            return CommunityInforms(traps.community) if asks else v2c_traps(traps.community)

        return courier

    def _judge(self, condition: Condition, active: bool) -> None:  # noqa: FBT001 -- a Watcher
        if condition.name == SILENT:
            kind = kinds()["deviceCommLost" if active else "deviceCommRestored"]
            asyncio.get_running_loop().call_soon(self._tell_of_device, kind, condition.subject)

    def _tell_of_device(self, kind: Kind, subject: str) -> None:
        """As things are once everybody has heard of it; one that was removed is nobody's loss."""
        address = int(subject.rpartition("/")[2])
        if self._rooms.plan.current.device(address) is not None:
            self._tell(kind, (address,))

    def _changed(self, _: Topology) -> None:
        asyncio.get_running_loop().call_soon(self._tell, kinds()["topologyChanged"], (0,))

    def _tell(self, kind: Kind, row: Oid) -> None:
        self.sender.send(self._told(kind.oid, (each.oid for each in kind.objects), row))

    def _told(self, oid: Oid, columns: Iterator[Oid], row: Oid) -> Notification:
        """With what the agent shows of these objects; one without a value is left out."""
        found = (((*column, *row), self._rooms.instance((*column, *row))) for column in columns)
        return Notification(oid, tuple((at, value) for at, value in found if value is not None))


def test_notification(who: str) -> Notification:
    """What somebody has asked for, to see whether it arrives."""
    kind = kinds()["testNotification"]
    return Notification(kind.oid, (((*kind.objects[0].oid, 0), ber.text(who)),))


def targets(traps: SnmpTraps) -> tuple[Target, ...]:
    """Whom the settings want told, as the network is now."""
    if traps.mode is TrapMode.BROADCAST:
        return tuple(Target(each, traps.port_1, broadcast=True) for each in broadcast_addresses())
    named = ((traps.host_1, traps.port_1), (traps.host_2, traps.port_2))
    return tuple(dict.fromkeys(Target(host, port) for host, port in named if host))


def _user(snmp: Snmp, reveal: Callable[[str], str]) -> Known:
    """The user in whose name notifications of v3 are signed: the one who may read."""
    needed = snmp.v3_auth is not Authentication.NONE
    if needed and not snmp.v3_read_password:
        raise SettingsError(
            "snmp.v3_read_password is not set: notifications of v3 are signed with it; set it, or"
            " another snmp.traps.version"
        )
    password = reveal(snmp.v3_read_password) if needed else ""
    name = snmp.v3_read_user.encode()
    return partial(User, name, password, snmp.v3_auth, snmp.v3_privacy)


def _asked(snmp: Snmp) -> Snmp:
    """What the sender starts anew for."""
    traps = snmp.traps.model_copy(update={"minutes": 60})
    if traps.version is TrapVersion.V3:
        return Snmp(
            v3_auth=snmp.v3_auth,
            v3_privacy=snmp.v3_privacy,
            v3_read_user=snmp.v3_read_user,
            v3_read_password=snmp.v3_read_password,
            message_max=snmp.message_max,
            traps=traps,
        )
    return Snmp(traps=traps)
