"""Call a TLS server and say whether its certificate is believed, and which root is missing."""

import asyncio
import socket
import ssl
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cryptography import x509

from digigate.errors import Unreachable

PATIENCE = 10.0
LINE_MAX = 1024
LINES_MAX = 100
UNKNOWN_ISSUER = {2, 18, 19, 20, 21}
"""X509_V_ERR_*: no issuer, self-signed (the leaf, or one in the chain), none of ours."""


class StartTls(StrEnum):
    """What must be said before TLS begins."""

    NONE = "none"
    SMTP = "smtp"
    FTP = "ftp"


@dataclass(frozen=True, slots=True)
class Shown:
    """One certificate of the chain that a server shows."""

    subject: str
    issuer: str
    until: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of it: `reason` is empty where the server is believed."""

    reason: str
    chain: tuple[Shown, ...]
    missing: str
    """The authority to add (Annexe IV); empty where none is missing or it is not known."""


async def tls_verdict(host: str, port: int, start: StartTls, context: ssl.SSLContext) -> Verdict:
    """Call the server, off the loop.

    Raises:
        Unreachable: nobody answers there, or not as such a server does.
    """
    return await asyncio.to_thread(_verdict, host, port, start, context)


def _verdict(host: str, port: int, start: StartTls, context: ssl.SSLContext) -> Verdict:
    try:
        chain = _chain(_shaken(host, port, start, context))
    except ssl.SSLCertVerificationError as error:
        reason = error.verify_message
        shown = _unverified(host, port, start)
        return Verdict(reason, shown, _missing(shown, error.verify_code))
    return Verdict("", chain, "")


def _unverified(host: str, port: int, start: StartTls) -> tuple[Shown, ...]:
    """What the server shows, to be looked at and believed by nobody."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return _chain(_shaken(host, port, start, context))


def _shaken(host: str, port: int, start: StartTls, context: ssl.SSLContext) -> list[bytes]:
    """The chain, in DER, of a handshake.

    Raises:
        Unreachable: no connection, or no TLS.
        ssl.SSLCertVerificationError: the chain or the name does not hold.
    """
    try:
        with socket.create_connection((host, port), PATIENCE) as plain:
            _begin(plain, start)
            with context.wrap_socket(plain, server_hostname=host) as secure:
                return _der(secure)
    except ssl.SSLCertVerificationError:
        raise
    except ssl.SSLError as error:
        raise Unreachable(f"{host}:{port} does not speak TLS as we do: {error.reason}") from error
    except OSError as error:
        raise Unreachable(f"{host}:{port} does not answer: {error}") from error


def _der(secure: ssl.SSLSocket) -> list[bytes]:
    """All certificates; public from Python 3.13 on, there but unnamed before."""
    told: Any = getattr(secure, "get_unverified_chain", None)
    if told is not None:
        return list(told())
    shown = secure._sslobj.get_unverified_chain() or []  # type: ignore[attr-defined] # noqa: SLF001
    return [bytes(each.public_bytes(2)) for each in shown]


def _begin(plain: socket.socket, start: StartTls) -> None:
    """Ask for TLS where the protocol begins in clear; what the server says is not passed on."""
    if start is StartTls.NONE:
        return
    with plain.makefile("rb") as lines:
        _heard(lines, b"220")
        if start is StartTls.SMTP:
            plain.sendall(b"EHLO digigate\r\n")
            _heard(lines, b"250")
            plain.sendall(b"STARTTLS\r\n")
            _heard(lines, b"220")
        else:
            plain.sendall(b"AUTH TLS\r\n")
            _heard(lines, b"234")


def _heard(lines: Any, code: bytes) -> None:  # noqa: ANN401 -- a file of a socket
    for _ in range(LINES_MAX):
        line: bytes = lines.readline(LINE_MAX)
        if line[:3] != code:
            break
        if line[3:4] != b"-":
            return
    raise ConnectionError("it does not offer TLS")


def _chain(shown: list[bytes]) -> tuple[Shown, ...]:
    return tuple(map(_shown, map(x509.load_der_x509_certificate, shown)))


def _shown(certificate: x509.Certificate) -> Shown:
    return Shown(
        certificate.subject.rfc4514_string(),
        certificate.issuer.rfc4514_string(),
        certificate.not_valid_after_utc.isoformat(),
    )


def _missing(shown: tuple[Shown, ...], code: int) -> str:
    """The last issuer of the chain, where it is that which is not known."""
    return shown[-1].issuer if shown and code in UNKNOWN_ISSUER else ""
