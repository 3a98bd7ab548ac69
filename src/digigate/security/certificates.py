"""The HTTPS pair: self-signed at first start, so that no page ever travels in clear (§11.3.3)."""

import ipaddress
import logging
import socket
import ssl
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from weakref import WeakKeyDictionary

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import SettingsError
from digigate.security.ownpair import Halves, OwnPair
from digigate.security.selfsigned import named_hosts, new_pair
from digigate.security.tls import equip, server_context
from digigate.security.vault import Vault
from digigate.state import StateDirectory

log = logging.getLogger(__name__)

T = TypeVar("T")
Registry = WeakKeyDictionary[ssl.SSLContext, T]

PAIR = "https.pem"  # key and certificate in one file, so that they are replaced together
ALWAYS = ("localhost", "127.0.0.1", "::1")
RENEW_BEFORE = timedelta(days=30)
EXPIRING, EXPIRED, MISSING = "certificate.expiring", "certificate.expired", "certificate.missing"
HTTPS = "https"


class Certificates:
    """Serves the officer's pair where he wants it, else one that it makes and renews itself."""

    def __init__(
        self,
        state: StateDirectory,
        clock: Clock,
        vault: Vault,
        name: str = "digigate",
        hosts: Iterable[str] = (),
    ) -> None:
        """`name` stands in the certificate; `hosts` are names and addresses it shall hold for,
        beside `localhost` and this machine's name.
        """
        self._state = state
        self._clock = clock
        self._name = name or "digigate"
        self._hosts = tuple(dict.fromkeys(map(_canonical, (*ALWAYS, *_host_name(), *hosts))))
        self.own = OwnPair(vault, clock)
        self._wants_own = False
        self._made = b""  # the pair of ours, once `renew` has read or made it
        self._context: ssl.SSLContext | None = None
        self._makers: Registry[Callable[[], ssl.SSLContext]] = WeakKeyDictionary()
        self._live: Registry[ssl.SSLContext] = WeakKeyDictionary()

    def context(self) -> ssl.SSLContext:
        """The server side of TLS 1.2 and 1.3 with our pair; always the same object.

        Raises:
            OSError: a new pair could not be written.
        """
        if self._context is None:
            self._context = self._front(_for_pages)
        return self._context

    def context_for_clients_of(self, authority: Path) -> ssl.SSLContext:
        """As `context`, for clients that show a certificate issued by this authority (PEM file).

        The file is read now and not again.

        Raises:
            SettingsError: the file is missing or holds no certificate.
            OSError: a new pair could not be written.
        """
        try:
            pem = authority.read_bytes()
        except OSError as error:
            raise SettingsError(f"{authority} cannot be read: {error.strerror}") from error
        return self._front(partial(_for_clients_of, authority, pem.decode("ascii", "ignore")))

    def _front(self, make: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
        """A context that lasts and hands each handshake to one with the pair of that moment.

        One context cannot change from an ECDSA to an RSA pair: OpenSSL would keep both.
        """
        front = make()
        self.renew()
        equip(front, self._pair())
        front.sni_callback = self._hand_over
        self._makers[front] = make
        return front

    def _hand_over(
        self, handshake: ssl.SSLObject | ssl.SSLSocket, _: str | None, front: ssl.SSLContext
    ) -> None:
        handshake.context = self._live.get(front, front)

    def use_own(self, wanted: bool) -> None:  # noqa: FBT001 -- a setting
        """Serve the uploaded pair from now on, or the self-made one; new connections get it."""
        self._wants_own = wanted
        self.reload()

    def take(self, halves: Halves) -> None:
        """Keep what was uploaded; a complete pair is in use at once where it is wanted.

        Raises:
            SettingsError: TLS itself does not take the pair, or it cannot be kept; then nobody
                has seen it and the former stands.
        """
        pair = halves.pair
        if pair and (fault := _fault_of(pair)):
            raise SettingsError(f"TLS does not take this pair: {fault}")
        self.own.keep(halves)
        if pair:
            self.reload()

    def reload(self) -> None:
        """Give all contexts at once the pair that is in use now."""
        if not self._makers:
            return
        pair, fresh = self._pair(), []
        for front, make in self._makers.items():
            context = make()
            equip(context, pair)
            fresh.append((front, context))
        self._live.update(fresh)

    def renew(self) -> bool:
        """Make a new pair of ours if there is none or it is due; new connections get it at once.

        Call it daily: the pair outlives no more than `LIFETIME`. Returns whether it was made.

        Raises:
            OSError: it could not be written.
        """
        certificate = self._current()
        if certificate is not None and not self._due(certificate):
            return False
        made = new_pair(self._name, self._hosts, self._clock.now())
        self._state.write_bytes(PAIR, made)
        self._made = made
        self.reload()
        log.info("made a self-signed certificate", extra={"hosts": ",".join(self._hosts)})
        return True

    @property
    def serves_own(self) -> bool:
        """Whether the uploaded pair is in use."""
        return self._wants_own and not self._missing()

    def judge(self, conditions: Conditions) -> None:
        """Say what is wrong with the uploaded pair; call it daily and after a step of the clock."""
        trouble, reason = self._trouble() if self._wants_own else ("", "")
        for name in (MISSING, EXPIRING, EXPIRED):
            conditions.judge(name, HTTPS, reason if name == trouble else "")

    def _trouble(self) -> tuple[str, str]:
        """The condition that holds of the uploaded pair, and why; empty where it is well."""
        if missing := self._missing():
            return MISSING, f"{missing}; ours is served instead"
        chain, now = self.own.chain(), self._clock.now()
        end = chain.leaf.not_valid_after_utc if chain else None
        if end and end <= now:
            return EXPIRED, f"the certificate has ended on {end:%F}"
        if end and end - RENEW_BEFORE <= now:
            return EXPIRING, f"the certificate ends on {end:%F}"
        return "", ""

    def _missing(self) -> str:
        """Why the uploaded pair cannot be served; empty where it can."""
        pair = self.own.pem()
        if pair is None:
            return "the uploaded pair is gone: upload it again"
        fault = _fault_of(pair)
        return f"TLS does not take the uploaded pair ({fault}): upload another" if fault else ""

    def _pair(self) -> bytes:
        """The pair in use; nothing on the disk can keep a context from having one."""
        own = self.own.pem() if self.serves_own else None
        return own or self._made

    def expiry(self) -> datetime | None:
        """When the pair in use ends (UTC); None where there is none yet."""
        certificate = self._current()
        return certificate.not_valid_after_utc if certificate else None

    def _due(self, certificate: x509.Certificate) -> bool:
        now = self._clock.now()
        return (
            now > certificate.not_valid_after_utc - RENEW_BEFORE
            or now < certificate.not_valid_before_utc
            or not set(self._hosts) <= named_hosts(certificate)
        )

    def _current(self) -> x509.Certificate | None:
        pem = self._state.read_bytes(PAIR)
        if pem is None:
            return None
        try:
            certificate = _matching(pem)
        except (ValueError, TypeError) as error:
            self._state.set_aside(PAIR, str(error))
            return None
        self._made = pem
        return certificate


def _for_pages() -> ssl.SSLContext:
    context = server_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _for_clients_of(authority: Path, pem: str) -> ssl.SSLContext:
    context = server_context()
    context.verify_mode = ssl.CERT_REQUIRED
    try:
        context.load_verify_locations(cadata=pem)
    except (ssl.SSLError, ValueError) as error:
        raise SettingsError(f"{authority} holds no certificate in PEM form") from error
    return context


def _fault_of(pair: bytes) -> str:
    """Why TLS does not take a pair; empty where it does."""
    try:
        equip(server_context(), pair)
    except ssl.SSLError as error:
        return error.reason or str(error)
    return ""


def _matching(pem: bytes) -> x509.Certificate:
    certificate = x509.load_pem_x509_certificate(pem)
    key = serialization.load_pem_private_key(pem, password=None)
    if key.public_key() != certificate.public_key():
        raise ValueError("the key is not that of the certificate")
    return certificate


def _canonical(host: str) -> str:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host


def _host_name() -> tuple[str, ...]:
    name = socket.gethostname()
    return (name,) if name and name.isascii() else ()
