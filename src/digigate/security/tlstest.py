"""Call a TLS server and say whether its certificate is believed, and which root is missing."""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Any

from digigate.errors import SettingsError, Unreachable
from digigate.security.pem import certificate_of, name_of
from digigate.security.verdicts import MISSING_ROOT, reason_of

PATIENCE = 10.0  # seconds for one call, however slowly the server drips
LINE_MAX = 1024
LINES_MAX = 100
CALLS, WITHIN = 10, 60.0  # so that nobody searches a network with it


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
    until: str | None
    """None where the certificate cannot be read."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of it: `reason` is empty where the server is believed."""

    reason: str
    chain: tuple[Shown, ...]
    missing: str
    """The authority to add (Annexe IV); empty where none is missing or it is not known."""


class Turns:
    """Lets a few calls through each minute."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._taken: deque[float] = deque(maxlen=CALLS)

    def take(self) -> None:
        """Raise SettingsError where there were too many calls just now."""
        now = self._monotonic()
        if len(self._taken) == CALLS and (left := self._taken[0] + WITHIN - now) > 0:
            raise SettingsError(f"{CALLS} servers were called within a minute: wait {ceil(left)} s")
        self._taken.append(now)


async def tls_verdict(
    host: str, port: int, start: StartTls, context: ssl.SSLContext, at: str = ""
) -> Verdict:
    """Call the server, at another address than its name says where one is given.

    Raises:
        Unreachable: nobody answers there, or not as such a server does.
        SettingsError: no server can have such a name.
    """
    try:
        return Verdict("", await _shown_by(host, port, start, context, at), "")
    except ssl.SSLCertVerificationError as error:
        reason, code = reason_of(error), error.verify_code
    shown = await _shown_by(host, port, start, _believing_all(), at)
    return Verdict(reason, shown, shown[-1].issuer if shown and code in MISSING_ROOT else "")


def _believing_all() -> ssl.SSLContext:
    """To look at what a server shows, and for nothing else."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def _shown_by(
    host: str, port: int, start: StartTls, context: ssl.SSLContext, at: str
) -> tuple[Shown, ...]:
    """The chain of a handshake.

    Raises:
        Unreachable: no connection, or no TLS.
        SettingsError: no server can have such a name.
        ssl.SSLCertVerificationError: the chain or the name does not hold.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            return tuple(map(_shown, await _chain(host, port, start, context, at or host)))
    except ssl.SSLCertVerificationError:
        raise
    except ssl.SSLError as error:
        raise Unreachable(
            f"{host}:{port} does not speak TLS 1.2 or 1.3 as we do ({error.reason})"
        ) from error
    except TimeoutError as error:
        raise Unreachable(f"{host}:{port} does not answer within {PATIENCE:.0f} s") from error
    except (OSError, EOFError) as error:
        raise Unreachable(f"{host}:{port} does not answer: {error}") from error
    except ValueError as error:
        raise SettingsError(f"{host} is no name of a server") from error


async def _chain(
    host: str, port: int, start: StartTls, context: ssl.SSLContext, at: str
) -> list[bytes]:
    secure = context if start is StartTls.NONE else None
    name = host if secure else None
    reader, writer = await asyncio.open_connection(
        at, port, limit=LINE_MAX, ssl=secure, server_hostname=name
    )
    try:
        if secure is None:
            await _begin(reader, writer, start)
            await writer.start_tls(context, server_hostname=host)
        return _der(writer.get_extra_info("ssl_object"))
    finally:
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


def _der(secure: ssl.SSLObject) -> list[bytes]:
    """All certificates; public from Python 3.13 on, there but unnamed before."""
    told: Any = getattr(secure, "get_unverified_chain", None)
    if told is not None:
        return list(told())
    shown = secure._sslobj.get_unverified_chain() or []  # type: ignore[attr-defined] # noqa: SLF001
    return [bytes(each.public_bytes(2)) for each in shown]


async def _begin(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, start: StartTls
) -> None:
    """Ask for TLS where the protocol begins in clear; what the server says is not passed on."""
    await _heard(reader, b"220")
    if start is StartTls.SMTP:
        writer.write(b"EHLO digigate\r\n")
        await _heard(reader, b"250")
        writer.write(b"STARTTLS\r\n")
        await _heard(reader, b"220")
    else:
        writer.write(b"AUTH TLS\r\n")
        await _heard(reader, b"234")


async def _heard(reader: asyncio.StreamReader, code: bytes) -> None:
    for _ in range(LINES_MAX):
        try:
            line = await reader.readline()
        except ValueError:  # longer than the reader takes
            break
        if line[:3] != code:
            break
        if line[3:4] != b"-":
            return
    raise ConnectionError("it does not offer TLS")


def _shown(der: bytes) -> Shown:
    try:
        certificate = certificate_of(der)
    except ValueError:
        return Shown("(cannot be read)", "", None)
    return Shown(
        name_of(certificate.subject),
        name_of(certificate.issuer),
        certificate.not_valid_after_utc.isoformat(),
    )
