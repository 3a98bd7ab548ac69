"""The HTTPS pair: self-signed at first start, so that no page ever travels in clear (§11.3.3)."""

import ipaddress
import logging
import socket
import ssl
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from weakref import WeakSet

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from digigate.clock import Clock
from digigate.errors import SettingsError
from digigate.state import StateDirectory

log = logging.getLogger(__name__)

PAIR = "https.pem"  # key and certificate in one file, so that they are replaced together
ALWAYS = ("localhost", "127.0.0.1", "::1")
BACKDATED = timedelta(days=1)  # a browser's clock may be behind ours
LIFETIME = timedelta(days=825)  # browsers refuse server certificates that live longer
RENEW_BEFORE = timedelta(days=30)

# Mozilla's "intermediate" list; TLS 1.3 suites are OpenSSL's own and all in it.
CIPHERS = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
)


class Certificates:
    """Keeps the pair in the state directory and makes a new one before it ends."""

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
        self._context: ssl.SSLContext | None = None
        self._others: WeakSet[ssl.SSLContext] = WeakSet()

    def context(self) -> ssl.SSLContext:
        """The server side of TLS 1.2 and 1.3 with our pair; always the same object.

        Raises:
            OSError: a new pair could not be written.
        """
        if self._context is None:
            self._context = server_context()
            self._context.set_alpn_protocols(["http/1.1"])
            self._equip(self._context)
        return self._context

    def context_for_clients_of(self, authority: Path) -> ssl.SSLContext:
        """As `context`, for clients that show a certificate issued by this authority (PEM file).

        Raises:
            SettingsError: the file is missing or holds no certificate.
            OSError: a new pair could not be written.
        """
        context = server_context()
        context.verify_mode = ssl.CERT_REQUIRED
        try:
            context.load_verify_locations(authority)
        except ssl.SSLError as error:
            raise SettingsError(f"{authority} holds no certificate in PEM form") from error
        except OSError as error:
            raise SettingsError(f"{authority} cannot be read: {error.strerror}") from error
        self._equip(context)
        self._others.add(context)
        return context

    def _equip(self, context: ssl.SSLContext) -> None:
        self.renew()
        context.load_cert_chain(self._state.file(PAIR))

    def renew(self) -> bool:
        """Make a new pair if there is none or it is due; new connections get it at once.

        Call it daily: the pair outlives no more than `LIFETIME`. Returns whether it was made.

        Raises:
            OSError: it could not be written.
        """
        certificate = self._current()
        if certificate is not None and not self._due(certificate):
            return False
        self._state.write_bytes(PAIR, new_pair(self._name, self._hosts, self._clock.now()))
        for context in self._contexts():
            context.load_cert_chain(self._state.file(PAIR))
        log.info("made a self-signed certificate", extra={"hosts": ",".join(self._hosts)})
        return True

    def _contexts(self) -> Iterator[ssl.SSLContext]:
        if self._context is not None:
            yield self._context
        yield from self._others

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


def server_context() -> ssl.SSLContext:
    """TLS as Mozilla's "intermediate" profile asks, without a pair yet.

    P-256 alone, because Python cannot name a list of groups and OpenSSL's default offers more
    than the profile allows.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(":".join(CIPHERS))
    context.set_ecdh_curve("prime256v1")
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    return context


def new_pair(name: str, hosts: Iterable[str], now: datetime) -> bytes:
    """An ECDSA P-256 key and its self-signed certificate for these hosts, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now - BACKDATED + LIFETIME)
        .add_extension(x509.SubjectAlternativeName([_general(h) for h in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    certificate = builder.sign(key, hashes.SHA256())
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)


def named_hosts(certificate: x509.Certificate) -> set[str]:
    """The names and addresses that a certificate holds for."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return set()
    names = extension.value.get_values_for_type(x509.DNSName)
    addresses = extension.value.get_values_for_type(x509.IPAddress)
    return {*names, *map(str, addresses)}


def _matching(pem: bytes) -> x509.Certificate:
    certificate = x509.load_pem_x509_certificate(pem)
    key = serialization.load_pem_private_key(pem, password=None)
    if key.public_key() != certificate.public_key():
        raise ValueError("the key is not that of the certificate")
    return certificate


def _key_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _canonical(host: str) -> str:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _host_name() -> tuple[str, ...]:
    name = socket.gethostname()
    return (name,) if name and name.isascii() else ()
