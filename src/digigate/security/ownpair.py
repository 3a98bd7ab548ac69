"""The certificate and key that the officer uploads, one after the other or together (§11.3.3)."""

from contextlib import suppress
from dataclasses import dataclass

from digigate.clock import Clock
from digigate.security.pair import Chain, Key, check_match, key_pem, kind_of, read_chain, read_key
from digigate.security.pem import certificates_in, name_of
from digigate.security.vault import Vault

OWN = "web.own-pair"  # key and chain in one record, so that they are replaced together
CERTIFICATE, KEY = "web.staged-certificate", "web.staged-key"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is there of an uploaded pair."""

    complete: bool
    staged_certificate: bool
    staged_key: bool


@dataclass(frozen=True, slots=True)
class Halves:
    """What came together so far, each half good by itself, both of one pair."""

    chain: Chain | None
    key: Key | None

    @property
    def pair(self) -> bytes | None:
        """Key and chain as they are kept and served; None while one is missing."""
        if self.chain is None or self.key is None:
            return None
        return key_pem(self.key) + self.chain.pem()


class OwnPair:
    """The halves wait, sealed in the vault, until both are there and belong together."""

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock

    def standing(self) -> Standing:
        """What is there now."""
        complete, *halves = [self._vault.get(name) is not None for name in (OWN, CERTIFICATE, KEY)]
        return Standing(complete, *halves)

    def pem(self) -> bytes | None:
        """Key and chain of the complete pair; None where there is none, or its seal is lost."""
        return self._vault.get(OWN)

    def chain(self) -> Chain | None:
        """The chain of the complete pair; None where there is none or it is broken."""
        pem = self.pem()
        if pem is None:
            return None
        with suppress(ValueError):
            return Chain(certificates_in(pem))
        return None

    def check(self, certificate: str | None, key: str | None) -> Halves:
        """One half or both, with the one that waits (slow: large keys take their time).

        A certificate that is renewed for the key in use needs no key with it.

        Raises:
            SettingsError: a half is refused, or the two do not belong together.
        """
        chain = read_chain(certificate, self._clock.now()) if certificate else self._staged_chain()
        held = read_key(key) if key else self._staged_key() or self._used_key(chain)
        if chain is not None and held is not None:
            check_match(chain, held)
        return Halves(chain, held)

    def keep(self, halves: Halves) -> None:
        """Let them wait, or replace the former pair where they are one.

        Raises:
            SettingsError: the vault cannot keep them; what was there stands.
        """
        if pair := halves.pair:
            self._vault.put(OWN, pair)
            self._drop(CERTIFICATE, KEY)
        elif halves.chain:
            self._vault.put(CERTIFICATE, halves.chain.pem())
        elif halves.key:
            self._vault.put(KEY, key_pem(halves.key))

    def discard(self) -> None:
        """Forget the complete pair, and the halves that wait.

        Raises:
            SettingsError: the vault cannot be written.
        """
        self._drop(OWN, CERTIFICATE, KEY)

    def _drop(self, *names: str) -> None:
        for name in names:
            self._vault.drop(name)

    def _staged_chain(self) -> Chain | None:
        pem = self._vault.get(CERTIFICATE)
        return read_chain(pem.decode(), self._clock.now()) if pem else None

    def _staged_key(self) -> Key | None:
        pem = self._vault.get(KEY)
        return read_key(pem.decode()) if pem else None

    def _used_key(self, chain: Chain | None) -> Key | None:
        """That of the complete pair, where the chain is for it."""
        former, pem = self.chain(), self.pem()
        if chain is None or former is None or pem is None:
            return None
        if chain.leaf.public_key() != former.leaf.public_key():
            return None
        return read_key(pem.decode())


def described(chain: Chain) -> dict[str, object]:
    """What a page shows of a certificate."""
    leaf = chain.leaf
    return {
        "subject": name_of(leaf.subject),
        "issuer": name_of(leaf.issuer),
        "kind": kind_of(leaf),
        "from": leaf.not_valid_before_utc.isoformat(),
        "until": leaf.not_valid_after_utc.isoformat(),
        "length": len(chain.certificates),
    }
