"""Whom the gateway believes when it calls FTPS, SMTPS and HTTPS servers (§11.3.4, Annexe IV)."""

import re
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import SettingsError
from digigate.security.pem import CERTIFICATE, certificates_in, name_of, no_pem, pem_kinds
from digigate.state import StateDirectory

STORE = "authorities.pem"
MOST = 32
EXPIRING, EXPIRED = "authority.expiring", "authority.expired"
WARNING = timedelta(days=30)
BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Authority:
    """A root, or one between a root and servers."""

    name: str
    issuer: str
    fingerprint: str  # SHA-256
    until: datetime
    uploaded: bool


class Authorities:
    """The roots of the system, and those that somebody has added."""

    def __init__(self, state: StateDirectory, clock: Clock) -> None:
        self._state = state
        self._clock = clock

    def uploaded(self) -> tuple[Authority, ...]:
        """Those that were added, in the order in which they came."""
        return tuple(_described(each, uploaded=True) for each in self._kept())

    def system(self) -> tuple[Authority, ...]:
        """The roots that came with this machine, by name; none where it has no such package."""
        paths = ssl.get_default_verify_paths()
        return _system_roots(paths.cafile, paths.capath)

    def add(self, text: str) -> tuple[Authority, ...]:
        """Believe these too; what was there already stays once (blocking).

        Raises:
            SettingsError: it is no PEM file of authorities, or one of them cannot be one.
        """
        given, kept = _read(text, self._clock.now()), list(self._kept())
        known = {_fingerprint(each) for each in kept}
        kept += [each for each in given if _fingerprint(each) not in known]
        if len(kept) > MOST:
            raise SettingsError(f"at most {MOST} authorities can be added; remove some first")
        self._write(kept)
        return tuple(_described(each, uploaded=True) for each in given)

    def remove(self, fingerprint: str) -> None:
        """Believe this one no more; those of the system stay (blocking).

        Raises:
            SettingsError: none that was added has this fingerprint.
        """
        kept = self._kept()
        wanted = re.sub(r"[\s:]", "", fingerprint).lower()
        left = [each for each in kept if not (wanted and _fingerprint(each).startswith(wanted))]
        if len(left) != len(kept) - 1:
            raise SettingsError(f"not one of those added has the fingerprint {fingerprint}")
        self._write(left)

    def context(self) -> ssl.SSLContext:
        """TLS as a client that checks the server's chain and name against all of these.

        Authorities that plants run themselves often lack an extension that RFC 5280 asks for, so
        Python's strict check (3.13) is off; one between root and server is enough (3.13 again).
        """
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        if kept := self._kept():
            context.load_verify_locations(cadata=_pem(kept).decode())
        return context

    def judge(self, conditions: Conditions) -> None:
        """Say which of those that were added end or have ended."""
        now = self._clock.now()
        reasons: dict[str, dict[str, str]] = {EXPIRING: {}, EXPIRED: {}}
        for each in self.uploaded():
            if each.until <= now:
                reasons[EXPIRED][each.name] = f"it has ended on {each.until:%F}"
            elif each.until - WARNING <= now:
                reasons[EXPIRING][each.name] = f"it ends on {each.until:%F}"
        for name, ending in reasons.items():
            conditions.judge_all(name, ending)

    def _kept(self) -> tuple[x509.Certificate, ...]:
        pem = self._state.read_bytes(STORE)
        if not pem:
            return ()
        try:
            return certificates_in(pem)
        except ValueError as error:
            self._state.set_aside(STORE, str(error))
            return ()

    def _write(self, kept: list[x509.Certificate]) -> None:
        try:
            self._state.write_bytes(STORE, _pem(kept))
        except OSError as error:
            raise SettingsError(f"the authorities cannot be written: {error.strerror}") from error


def _read(text: str, now: datetime) -> tuple[x509.Certificate, ...]:
    if CERTIFICATE not in pem_kinds(text):
        raise SettingsError(no_pem(text, CERTIFICATE))
    try:
        given = certificates_in(text.encode())
    except ValueError as error:
        raise SettingsError(f"the file cannot be read: {error}") from error
    for each in given:
        _check(each, now)
    return given


def _check(certificate: x509.Certificate, now: datetime) -> None:
    name = name_of(certificate.subject)
    if certificate.not_valid_after_utc <= now:
        raise SettingsError(f"{name} has ended on {certificate.not_valid_after_utc:%F}")
    try:
        limits = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        is_authority = certificate.subject == certificate.issuer  # X.509 v1 roots still exist
    else:
        is_authority = limits.ca
    if not is_authority and certificate.subject == certificate.issuer:
        raise SettingsError(
            f"{name} signs itself but is no authority; let an authority issue the server's"
            " certificate, and upload that authority"
        )
    if not is_authority:
        raise SettingsError(
            f"{name} is the certificate of a server, not of an authority: upload its issuer"
            f" ({name_of(certificate.issuer)})"
        )


@cache
def _system_roots(file: str | None, folder: str | None) -> tuple[Authority, ...]:
    """Those of OpenSSL's one file, else of its folder, whose entries are links by hash."""
    files = [Path(file)] if file else sorted(Path(folder).glob("*.0")) if folder else []
    found = {each.fingerprint: each for path in files for each in _roots_of(path)}
    return tuple(sorted(found.values(), key=lambda authority: authority.name))


def _roots_of(path: Path) -> tuple[Authority, ...]:
    """One that makes no sense to us does not hide the others."""
    found: list[Authority] = []
    with suppress(OSError):
        for pem in BLOCK.findall(path.read_bytes()):
            with suppress(ValueError):
                found += [_described(each, uploaded=False) for each in certificates_in(pem)]
    return tuple(found)


def _described(certificate: x509.Certificate, *, uploaded: bool) -> Authority:
    return Authority(
        name_of(certificate.subject),
        name_of(certificate.issuer),
        _fingerprint(certificate),
        certificate.not_valid_after_utc,
        uploaded,
    )


def _fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def _pem(certificates: list[x509.Certificate] | tuple[x509.Certificate, ...]) -> bytes:
    encoding = serialization.Encoding.PEM
    return b"".join(certificate.public_bytes(encoding) for certificate in certificates)
