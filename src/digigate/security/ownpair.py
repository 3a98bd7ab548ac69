"""The certificate and key that the officer uploads, one after the other or together (§11.3.3)."""

import ssl
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from digigate.clock import Clock
from digigate.errors import SettingsError
from digigate.security.pair import Chain, Key, check_match, key_pem, kind_of, read_chain, read_key
from digigate.security.tls import server_context
from digigate.state import StateDirectory

OWN = "own-pair.pem"  # key and chain in one file, so that they are replaced together
TRIAL = "trial-pair.pem"
CERTIFICATE, KEY = "staged-certificate.pem", "staged-key.pem"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is there of an uploaded pair."""

    complete: bool
    staged_certificate: bool
    staged_key: bool


class OwnPair:
    """The halves wait until both are there and belong together; then the former is replaced."""

    def __init__(self, state: StateDirectory, clock: Clock) -> None:
        self._state = state
        self._clock = clock

    @property
    def path(self) -> Path:
        """Where the complete pair lies."""
        return self._state.file(OWN)

    def standing(self) -> Standing:
        """What is there now."""
        halves = [self._state.file(name).exists() for name in (CERTIFICATE, KEY)]
        return Standing(self.path.exists(), *halves)

    def chain(self) -> Chain | None:
        """The chain of the complete pair; None where there is none or it is broken."""
        pem = self._state.read_bytes(OWN)
        if pem is None:
            return None
        with suppress(ValueError):
            return Chain(tuple(x509.load_pem_x509_certificates(pem)))
        return None

    def upload(self, certificate: str | None, key: str | None) -> bool:
        """Take one half or both; whether the pair is complete now (blocking).

        Raises:
            SettingsError: a half is refused, or the two do not belong together; nothing changes.
        """
        given_chain = read_chain(certificate, self._clock.now()) if certificate else None
        given_key = read_key(key) if key else None
        chain = given_chain or self._staged_chain()
        held = given_key or self._staged_key()
        if chain is not None and held is not None:
            check_match(chain, held)
            self._promote(key_pem(held) + chain.pem())
            return True
        try:
            if given_chain:
                self._state.write_bytes(CERTIFICATE, given_chain.pem())
            if given_key:
                self._state.write_bytes(KEY, key_pem(given_key))
        except OSError as error:
            raise _unwritable(error) from error
        return False

    def discard(self, *, complete: bool) -> None:
        """Forget the halves that wait, and the complete pair too."""
        for name in (CERTIFICATE, KEY, *((OWN,) if complete else ())):
            self._state.remove(name)

    def _promote(self, pem: bytes) -> None:
        """Put the pair in place once TLS itself has taken it."""
        try:
            self._state.write_bytes(TRIAL, pem)
            server_context().load_cert_chain(self._state.file(TRIAL))
            self._state.file(TRIAL).replace(self.path)
        except ssl.SSLError as error:
            raise SettingsError(f"TLS does not take this pair: {error.reason}") from error
        except OSError as error:
            raise _unwritable(error) from error
        finally:
            self._state.remove(TRIAL)
        self.discard(complete=False)

    def _staged_chain(self) -> Chain | None:
        text = self._state.read_text(CERTIFICATE)
        return read_chain(text, self._clock.now()) if text else None

    def _staged_key(self) -> Key | None:
        text = self._state.read_text(KEY)
        return read_key(text) if text else None


def described(chain: Chain) -> dict[str, object]:
    """What a page shows of a certificate."""
    leaf = chain.leaf
    return {
        "subject": leaf.subject.rfc4514_string(),
        "issuer": leaf.issuer.rfc4514_string(),
        "kind": kind_of(leaf),
        "from": leaf.not_valid_before_utc.isoformat(),
        "until": leaf.not_valid_after_utc.isoformat(),
        "length": len(chain.certificates),
    }


def _unwritable(error: OSError) -> SettingsError:
    return SettingsError(f"the certificate cannot be written: {error.strerror}")
