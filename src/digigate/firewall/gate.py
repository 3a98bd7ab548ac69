"""The door in: every listening socket, one set of limits per client over all services (§11.3.5)."""

import asyncio
import errno
import socket
import time
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from weakref import WeakSet

from digigate.conditions import Conditions
from digigate.errors import ListenError, SettingsError
from digigate.firewall.bucket import Meter, Rates
from digigate.firewall.neighbours import Neighbours
from digigate.firewall.purse import Holder, Purse
from digigate.firewall.rules import Door, Protocol
from digigate.firewall.sockets import Connection, Datagrams, Listener, plain_address
from digigate.firewall.whitelist import WhiteList
from digigate.settings.sections import Firewall, FirewallRule
from digigate.watchers import Watchers

CLIENTS_MAX = 4096  # meters kept; a flood from invented addresses must not eat the memory
READS = 8000.0  # reads per second and client; only a flood of tiny segments needs that many
BACKLOG = 128
UDP_QUEUE = 1 << 20  # octets that the kernel keeps for us (or its own maximum) while we work
EXCLUDED = "client.excluded"

Later = Callable[[float, Callable[[], None]], object]


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A client that gets no answer from any service until `until` (monotonic seconds)."""

    client: str
    reason: str
    until: float
    mac: str = ""
    """Empty where the client is no neighbour on the same link."""


@dataclass(slots=True)
class Tally:
    """What happened at the door of one service since the start."""

    admitted: int = 0  # connections and datagrams
    unlisted: int = 0  # those of clients that no rule names
    refused: int = 0  # those of clients that are excluded


def _on_the_loop(delay: float, callback: Callable[[], None]) -> object:
    return asyncio.get_running_loop().call_later(delay, callback)


class Gate:
    """Opens listening sockets, counts what each client sends, excludes who sends too much.

    A service that parses requests tells their number by `spend`, or where there are many of them
    through a `purse`; a connection or a datagram counts as one request by itself.
    """

    def __init__(
        self,
        limits: Firewall,
        conditions: Conditions,
        monotonic: Callable[[], float] = time.monotonic,
        later: Later = _on_the_loop,
        neighbours: Neighbours | None = None,
    ) -> None:
        self._conditions = conditions
        self._monotonic = monotonic
        self._later = later
        self._meters: OrderedDict[str, Meter] = OrderedDict()
        self._exclusions: dict[str, Exclusion] = {}
        self._listening: WeakSet[Listener | Datagrams] = WeakSet()
        self._open: WeakSet[Connection] = WeakSet()
        self._neighbours = neighbours or Neighbours(monotonic)
        self._white = WhiteList(self._neighbours)
        self._exempt = Counter[str]()
        self._changes = Watchers[[]]()
        self.excluded = 0
        """Exclusions since the start."""
        self._tallies: defaultdict[str, Tally] = defaultdict(Tally)
        self._rates = _rates(limits)
        self.apply(limits)

    def apply(self, limits: Firewall) -> None:
        """Use these limits and rules from now on; whoever is excluded stays so until the end.

        Connections of clients that the rules no longer name are cut.
        """
        self._limits = limits
        self._white.apply(limits.rules)
        for connection in tuple(self._open):
            if not self._white.admits(connection.client, connection.door, self._monotonic()):
                connection.cut()
        now, former = self._monotonic(), self._rates
        self._rates = _rates(limits)
        for meter in self._meters.values():
            meter.settle(former, now)
            meter.settle(self._rates, now)

    def listen_tcp(self, host: str, port: int, service: str) -> Listener:
        """A guarded TCP socket, bound and listening; port 0 = any free one.

        Raises:
            ListenError: the port is taken or the address is not this machine's.
            SettingsError: the port needs a right that we lack.
        """
        listener = Listener(_family(host), socket.SOCK_STREAM)
        listener.guard = self
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._bind(listener, host, port, service)
        return listener

    def listen_udp(self, host: str, port: int, service: str) -> socket.socket:
        """A guarded UDP socket, bound; raises as `listen_tcp`."""
        datagrams = Datagrams(_family(host), socket.SOCK_DGRAM)
        datagrams.guard = self
        datagrams.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, UDP_QUEUE)
        self._bind(datagrams, host, port, service)
        return datagrams

    def spend(self, client: str, requests: int = 1, service: str = "one service") -> bool:
        """Count requests to a service; False = the client is excluded (now) and gets no answer."""
        client = plain_address(client)
        meter = self._meter(client)
        if meter is None:
            return False
        meter.requests -= requests
        return meter.requests >= 0 or self._had_more(client, meter, service)

    def purse(self, client: str, service: str) -> Callable[[int], bool]:
        """`spend` for one client of one service, as long as it is connected."""
        client = plain_address(client)
        meter = self._meter(client)
        if meter is None:
            meter = Meter(self._rates, self._monotonic())
            meter.close()
        return Purse(self, client, service, meter).spend

    @contextmanager
    def exempt(self, client: str) -> Iterator[None]:
        """What this client sends over its connections meanwhile is not counted; its requests are.

        For those who may: the upload of a firmware file is more than the limit lets through.
        """
        client = plain_address(client)
        meter = self._meter(client)
        left = meter.octets_left if meter else 0.0
        self._exempt[client] += 1
        try:
            yield
        finally:
            self._exempt -= Counter((client,))
            if meter is not None and meter is self._meters.get(client):
                meter.settle(self._rates, self._monotonic())
                meter.forgive(left)

    def names(self, client: str, protocol: Protocol, port: int) -> bool:
        """Whether a rule names this client there; False as long as there are no rules."""
        return self._white.matches(plain_address(client), protocol, port)

    def would_name(
        self, rules: tuple[FirewallRule, ...], client: str, protocol: Protocol, port: int
    ) -> bool:
        """As `names`, for rules that are not in force."""
        return self._white.would_match(rules, plain_address(client), protocol, port)

    @property
    def guards_outgoing(self) -> bool:
        """Whether the rules hold for what the gateway calls, too."""
        return self._limits.outgoing and bool(self._white)

    def admits_outgoing(self, address: str, protocol: Protocol, port: int) -> bool:
        """Whether the gateway may call this address: the rules say so where they hold for it."""
        return not self.guards_outgoing or self.names(address, protocol, port)

    def release(self, client: str) -> bool:
        """Let an excluded client in again before its time; whether it was excluded."""
        exclusion = self._exclusions.get(plain_address(client))
        if exclusion is not None:
            self._release(exclusion)
        return exclusion is not None

    def tallies(self) -> dict[str, Tally]:
        """What happened at each door so far, by service."""
        return {service: replace(tally) for service, tally in sorted(self._tallies.items())}

    def exclusions(self) -> tuple[Exclusion, ...]:
        """Who is excluded now, oldest first."""
        return tuple(self._exclusions.values())

    def seconds_left(self, exclusion: Exclusion) -> float:
        """Until it ends."""
        return max(0.0, exclusion.until - self._monotonic())

    def watch(self, watcher: Callable[[], object]) -> AbstractContextManager[None]:
        """Call `watcher()` after each beginning and end of an exclusion while the block runs."""
        return self._changes.watch(watcher)

    def doors(self) -> tuple[Door, ...]:
        """Where somebody can knock now."""
        return tuple(s.door for s in self._listening if s.fileno() >= 0)

    def sockets(self) -> tuple[socket.socket, ...]:
        """Every listening socket that is open."""
        return tuple(s for s in self._listening if s.fileno() >= 0)

    def opened(self, connection: Connection) -> None:
        """Give a connection its client's meter; remember it, to cut it at an exclusion."""
        connection.meter = self._meters[connection.client]
        self._open.add(connection)

    def admits_connection(self, client: str, door: Door) -> bool:
        """Count a new connection; False = no rule names the client, or it is excluded."""
        return self._admits_request(client, door)

    def admits_read(self, client: str, door: Door, octets: int) -> bool:
        """Count what came over a connection; False = the client is excluded."""
        meter = self._meters.get(client) or self._meter(client)
        if meter is None:
            return False
        meter.octets -= octets
        meter.reads -= 1
        return meter.is_open or self._had_more(client, meter, door.service)

    def admits_more(self, holder: Holder) -> bool:
        """Whether a client may go on over whose open portion one of those who count it has gone.

        A crowd of other addresses may have taken its client's place among the meters: then what it
        owes is charged to the one that is there now, or its own takes the place again.
        """
        client, own = holder.client, holder.meter
        if client in self._exclusions:
            return False
        meter = holder.meter = self._meters.setdefault(client, own)
        if meter is not own:
            meter.owe(own)
        return meter.is_open or self._had_more(client, meter, holder.service)

    def admits_datagram(self, client: str, door: Door, octets: int) -> bool:
        """Count a datagram; False = no rule names the client, or it is excluded."""
        return self._admits_request(client, door, octets)

    def _admits_request(self, client: str, door: Door, octets: int = 0) -> bool:
        now, tally = self._monotonic(), self._tallies[door.service]
        if not self._white.admits(client, door, now):
            tally.unlisted += 1
            return False
        meter = self._meter(client)
        if meter is None:
            tally.refused += 1
            return False
        self._meters.move_to_end(client)
        meter.octets -= octets
        meter.requests -= 1
        if meter.is_open or self._had_more(client, meter, door.service):
            tally.admitted += 1
            return True
        tally.refused += 1
        return False

    def _meter(self, client: str) -> Meter | None:
        """The meter of a client; None while it is excluded."""
        if client in self._exclusions:
            return None
        meter = self._meters.get(client)
        if meter is None:
            meter = self._meters[client] = Meter(self._rates, self._monotonic())
            if len(self._meters) > CLIENTS_MAX:
                self._meters.popitem(last=False)
        return meter

    def _had_more(self, client: str, meter: Meter, service: str) -> bool:
        """Whether more had come due than the meter knew; else the client is excluded."""
        if meter.settle(self._rates, self._monotonic()):
            return True
        if client in self._exempt:
            meter.forgive()
        if meter.is_open:
            return True
        self._exclude(client, f"sent more than {self._exceeded(meter)} (to {service})")
        return False

    def _exceeded(self, meter: Meter) -> str:
        if meter.requests < 0:
            return f"{self._limits.requests} requests/s"
        return f"{self._limits.kbits} kbit/s" if meter.octets < 0 else f"{READS:.0f} segments/s"

    def _exclude(self, client: str, reason: str) -> None:
        if len(self._exclusions) >= CLIENTS_MAX:
            self._release(self.exclusions()[0])
        seconds = self._limits.block_seconds
        mac = self._neighbours.mac_of(client) or ""
        if mac:
            reason = f"{reason}, MAC {mac}"
        exclusion = Exclusion(client, reason, self._monotonic() + seconds, mac)
        self._exclusions[client] = exclusion
        self.excluded += 1
        self._meters.pop(client).close()
        for connection in tuple(self._open):
            if connection.client == client:
                connection.cut()
        self._later(seconds, lambda: self._release(exclusion))
        self._conditions.set(EXCLUDED, client, reason)
        self._changes.tell()

    def _release(self, exclusion: Exclusion) -> None:
        if self._exclusions.get(exclusion.client) is exclusion:
            del self._exclusions[exclusion.client]
            self._conditions.clear(EXCLUDED, exclusion.client)
            self._changes.tell()

    def _bind(self, sock: Listener | Datagrams, host: str, port: int, service: str) -> None:
        try:
            if sock.family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            sock.settimeout(0)
            sock.bind((host, port))
            if isinstance(sock, Listener):
                sock.listen(BACKLOG)
        except OSError as error:
            sock.close()
            kind = "TCP" if isinstance(sock, Listener) else "UDP"
            raise _explained(error, host, f"{kind} port {port}", service) from error
        protocol: Protocol = "tcp" if isinstance(sock, Listener) else "udp"
        sock.door = Door(service, protocol, sock.getsockname()[1])
        self._listening.add(sock)


def _rates(limits: Firewall) -> Rates:
    return Rates(limits.kbits * 125.0, float(limits.requests), READS)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _explained(error: OSError, host: str, port: str, service: str) -> ListenError | SettingsError:
    if error.errno == errno.EADDRINUSE:
        return ListenError(
            f"{port} is already in use on {host}: stop the other program or set another port"
            f" for {service}"
        )
    if error.errno in {errno.EACCES, errno.EPERM}:
        return SettingsError(
            f"{port} needs a right that this user lacks: grant CAP_NET_BIND_SERVICE"
            f" or set a port above 1023 for {service}"
        )
    return ListenError(
        f"{port} on {host} cannot be opened for {service}: {error.strerror or error}"
    )
