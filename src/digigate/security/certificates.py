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
from digigate.security.ownpair import OwnPair
from digigate.security.selfsigned import named_hosts, new_pair
from digigate.security.tls import server_context
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
        self, state: StateDirectory, clock: Clock, name: str = "digigate", hosts: Iterable[str] = ()
    ) -> None:
        """`name` stands in the certificate; `hosts` are names and addresses it shall hold for,
        beside `localhost` and this machine's name.
        """
        self._state = state
        self._clock = clock
        self._name = name or "digigate"
        self._hosts = tuple(dict.fromkeys(map(_canonical, (*ALWAYS, *_host_name(), *hosts))))
        self.own = OwnPair(state, clock)
        self._wants_own = False
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

        Raises:
            SettingsError: the file is missing or holds no certificate.
            OSError: a new pair could not be written.
        """
        return self._front(partial(_for_clients_of, authority))

    def _front(self, make: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
        """A context that lasts and hands each handshake to one with the pair of that moment.

        One context cannot change from an ECDSA to an RSA pair: OpenSSL would keep both.
        """
        self.renew()
        front = make()
        front.load_cert_chain(self._pair())
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

    def reload(self) -> None:
        """Give every context the pair that is in use now."""
        for front, make in tuple(self._makers.items()):
            fresh = make()
            fresh.load_cert_chain(self._pair())
            self._live[front] = fresh

    def renew(self) -> bool:
        """Make a new pair of ours if there is none or it is due; new connections get it at once.

        Call it daily: the pair outlives no more than `LIFETIME`. Returns whether it was made.

        Raises:
            OSError: it could not be written.
        """
        certificate = self._current()
        if certificate is not None and not self._due(certificate):
            return False
        self._state.write_bytes(PAIR, new_pair(self._name, self._hosts, self._clock.now()))
        self.reload()
        log.info("made a self-signed certificate", extra={"hosts": ",".join(self._hosts)})
        return True

    @property
    def serves_own(self) -> bool:
        """Whether the uploaded pair is in use."""
        return self._wants_own and self.own.chain() is not None

    def judge(self, conditions: Conditions) -> None:
        """Say what is wrong with the uploaded pair; call it daily and after a step of the clock."""
        chain, now = self.own.chain(), self._clock.now()
        reasons = dict.fromkeys((MISSING, EXPIRING, EXPIRED), "")
        if self._wants_own:
            if chain is None:
                reasons[MISSING] = "the uploaded pair is gone; ours is served instead"
            elif (end := chain.leaf.not_valid_after_utc) <= now:
                reasons[EXPIRED] = f"the certificate has ended on {end:%F}"
            elif end - RENEW_BEFORE <= now:
                reasons[EXPIRING] = f"the certificate ends on {end:%F}"
        for name, reason in reasons.items():
            conditions.judge(name, HTTPS, reason)

    def _pair(self) -> Path:
        return self.own.path if self.serves_own else self._state.file(PAIR)

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
            return _matching(pem)
        except (ValueError, TypeError) as error:
            self._state.set_aside(PAIR, str(error))
            return None


def _for_pages() -> ssl.SSLContext:
    context = server_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _for_clients_of(authority: Path) -> ssl.SSLContext:
    context = server_context()
    context.verify_mode = ssl.CERT_REQUIRED
    try:
        context.load_verify_locations(authority)
    except ssl.SSLError as error:
        raise SettingsError(f"{authority} holds no certificate in PEM form") from error
    except OSError as error:
        raise SettingsError(f"{authority} cannot be read: {error.strerror}") from error
    return context


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
