"""`certificates.*`, `authorities.*`, `tls.test`: what the gateway shows and whom it believes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from pydantic import Field, SecretStr

from digigate.commands import Arguments, Command, Commands, Json
from digigate.conditions import Conditions
from digigate.errors import SettingsError
from digigate.security.authorities import Authorities, Authority
from digigate.security.certificates import Certificates
from digigate.security.ownpair import described
from digigate.security.pem import LARGEST
from digigate.security.tlstest import StartTls, Turns, tls_verdict
from digigate.settings.profiles import OFFICER

Pem = Annotated[SecretStr, Field(max_length=4 * LARGEST)]
"""A file may be sent as another than it is: none is written down, for it could hold a key."""


class Upload(Arguments):
    """A certificate with its chain, its key, or both, in PEM form."""

    certificate: Pem | None = None
    key: Pem | None = None


class NewAuthority(Arguments):
    """One or more authorities in PEM form."""

    pem: Pem


class OfAuthority(Arguments):
    """One that was added, by its fingerprint (SHA-256) or the beginning of it."""

    fingerprint: Annotated[str, Field(min_length=8)]


class Call(Arguments):
    """A server that shall be called."""

    host: Annotated[str, Field(max_length=253, pattern=r"^[A-Za-z0-9._:-]+$")]
    port: Annotated[int, Field(ge=1, le=65535)]
    starttls: StartTls = StartTls.NONE


@dataclass(frozen=True, slots=True)
class Trust:
    """What the orders work with."""

    certificates: Certificates
    authorities: Authorities
    conditions: Conditions
    admitted: Callable[[str, int], Awaitable[str]]
    """The address at which the firewall lets the gateway call a server."""
    own_is_set: Callable[[], bool]
    turns: Turns


def enter_certificates(commands: Commands, trust: Trust) -> None:
    """See, upload and discard the HTTPS pair; see, add and remove authorities; try a server."""
    own = trust.certificates.own
    changing = asyncio.Lock()  # two halves that come at once must find each other

    async def show(_: Arguments) -> Json:
        return _pair(trust)

    async def upload(asked: Upload) -> Json:
        certificate, key = _clear(asked.certificate), _clear(asked.key)
        if not (certificate or key):
            raise SettingsError("upload a certificate, its key, or both")
        async with changing:
            trust.certificates.take(await asyncio.to_thread(own.check, certificate, key))
        trust.certificates.judge(trust.conditions)
        return _pair(trust)

    async def discard(_: Arguments) -> Json:
        async with changing:
            if trust.own_is_set():
                raise SettingsError(
                    "the certificate is in use: set web.own_certificate to false first"
                )
            own.discard()
        return _pair(trust)

    commands.add(Command("certificates", Arguments, show, OFFICER, audited=False))
    commands.add(Command("certificates.upload", Upload, upload, OFFICER))
    commands.add(Command("certificates.discard", Arguments, discard, OFFICER))
    _enter_authorities(commands, trust)


def _enter_authorities(commands: Commands, trust: Trust) -> None:
    store = trust.authorities
    changing = asyncio.Lock()

    async def show(_: Arguments) -> Json:
        system = await asyncio.to_thread(store.system)
        return {"uploaded": _all(store.uploaded()), "system": _all(system)}

    async def add(asked: NewAuthority) -> Json:
        async with changing:
            added = await asyncio.to_thread(store.add, asked.pem.get_secret_value())
        store.judge(trust.conditions)
        return {"added": _all(added)}

    async def remove(asked: OfAuthority) -> Json:
        async with changing:
            await asyncio.to_thread(store.remove, asked.fingerprint)
        store.judge(trust.conditions)
        return None

    async def test(asked: Call) -> Json:
        trust.turns.take()
        at = await trust.admitted(asked.host, asked.port)
        context = await asyncio.to_thread(store.context)
        return asdict(await tls_verdict(asked.host, asked.port, asked.starttls, context, at))

    commands.add(Command("authorities", Arguments, show, OFFICER, audited=False))
    commands.add(Command("authorities.add", NewAuthority, add, OFFICER))
    commands.add(Command("authorities.remove", OfAuthority, remove, OFFICER))
    commands.add(Command("tls.test", Call, test, OFFICER))


def _clear(given: SecretStr | None) -> str | None:
    return given.get_secret_value() if given else None


def _pair(trust: Trust) -> dict[str, Any]:
    chain, standing = trust.certificates.own.chain(), trust.certificates.own.standing()
    return {
        **asdict(standing),
        "in_use": "own" if trust.certificates.serves_own else "self-signed",
        "own": described(chain) if chain else None,
        "advice": "ECDSA P-256 is advised; RSA keys have 2048 bits",
    }


def _all(authorities: tuple[Authority, ...]) -> list[Json]:
    return [{**asdict(each), "until": each.until.isoformat()} for each in authorities]
