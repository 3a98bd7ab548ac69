"""What an uploaded certificate and key must be (§11.3.3); each refusal says why."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from digigate.errors import SettingsError
from digigate.security.pem import CERTIFICATE, certificates_in, name_of, no_pem, pem_kinds

RSA_BITS = 2048
CURVES = (ec.SECP256R1, ec.SECP384R1)
KEYS = ("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY")

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Chain:
    """The server's certificate and those that lead to its authority, as they are sent."""

    certificates: tuple[x509.Certificate, ...]

    @property
    def leaf(self) -> x509.Certificate:
        """The server's own."""
        return self.certificates[0]

    def pem(self) -> bytes:
        """All of it, the server's first."""
        encoding = serialization.Encoding.PEM
        return b"".join(certificate.public_bytes(encoding) for certificate in self.certificates)


def read_chain(text: str, now: datetime) -> Chain:
    """A certificate in PEM form with the chain that follows it.

    Raises:
        SettingsError: it is none, not valid at this time, or no certificate of a server of ours.
    """
    kinds = pem_kinds(text)
    if any(kind.endswith("PRIVATE KEY") for kind in kinds):
        raise SettingsError("this file holds a private key; upload the certificate without it")
    if CERTIFICATE not in kinds:
        raise SettingsError(no_pem(text, CERTIFICATE))
    try:
        chain = Chain(certificates_in(text.encode()))
    except ValueError as error:
        raise SettingsError(f"the certificate cannot be read: {error}") from error
    _check_dates(chain.leaf, now)
    _check_key(chain.leaf.public_key(), "the certificate's key")
    _check_order(chain)
    return chain


def read_key(text: str) -> Key:
    """The private key in PEM form.

    Raises:
        SettingsError: it is none, encrypted, or of a kind or size that is not served.
    """
    kinds = pem_kinds(text)
    if "ENCRYPTED PRIVATE KEY" in kinds or "Proc-Type: 4,ENCRYPTED" in text:
        raise SettingsError(
            "the key is encrypted; take its passphrase off first: openssl pkey -in KEY -out PLAIN"
        )
    found = [kind for kind in kinds if kind.endswith("PRIVATE KEY")]
    if len(found) > 1:
        raise SettingsError("this file holds several private keys; upload the one")
    if not found:
        raise SettingsError(no_pem(text, "PRIVATE KEY"))
    if found[0] not in KEYS:
        raise SettingsError(f"a {found[0].title()} is not served; use ECDSA P-256 (or RSA 2048)")
    try:
        _check_key(_loaded(text, quickly=True), "the key")  # large ones take minutes to look into
        return _check_key(_loaded(text, quickly=False), "the key")
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SettingsError(f"the key cannot be read: {error}") from error


def _loaded(text: str, *, quickly: bool) -> object:
    return serialization.load_pem_private_key(
        text.encode(), password=None, unsafe_skip_rsa_key_validation=quickly
    )


def check_match(chain: Chain, key: Key) -> None:
    """Raise SettingsError where the key is not that of the certificate."""
    if key.public_key() != chain.leaf.public_key():
        raise SettingsError("the key is not that of the certificate; upload both anew")


def key_pem(key: Key) -> bytes:
    """The key as it is written."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def kind_of(certificate: x509.Certificate) -> str:
    """What key a certificate has: `ECDSA secp256r1`, `RSA 2048`."""
    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"ECDSA {key.curve.name}"
    return f"RSA {key.key_size}" if isinstance(key, rsa.RSAPublicKey) else type(key).__name__


def _check_dates(certificate: x509.Certificate, now: datetime) -> None:
    if now > certificate.not_valid_after_utc:
        raise SettingsError(f"the certificate has expired on {certificate.not_valid_after_utc:%F}")
    if now < certificate.not_valid_before_utc:
        raise SettingsError(
            f"the certificate begins on {certificate.not_valid_before_utc:%F}; is the clock right?"
        )


def _check_key(key: object, what: str) -> Key:
    """The key, if it is one that is served; private or public alike."""
    if isinstance(key, rsa.RSAPrivateKey | rsa.RSAPublicKey):
        if key.key_size > RSA_BITS:
            raise SettingsError(f"{what} has {key.key_size} bits; use RSA 2048 or ECDSA")
        if key.key_size < RSA_BITS:
            raise SettingsError(f"{what} has {key.key_size} bits: too weak; use RSA 2048 or ECDSA")
    elif isinstance(key, ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey):
        if not isinstance(key.curve, CURVES):
            raise SettingsError(f"{what} uses the curve {key.curve.name}; use P-256 or P-384")
    else:
        raise SettingsError(f"{what} is neither RSA nor ECDSA")
    return key  # type: ignore[return-value]  # public ones are looked at, not kept


def _check_order(chain: Chain) -> None:
    """Each certificate must have issued the one before it."""
    for issued, issuer in pairwise(chain.certificates):
        try:
            issued.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise SettingsError(
                f"the chain is broken: {_name(issuer)} has not issued {_name(issued)};"
                " the server's certificate comes first, then each issuer"
            ) from error
        except InvalidSignature as error:
            raise SettingsError(f"the signature of {_name(issued)} is wrong") from error


def _name(certificate: x509.Certificate) -> str:
    return name_of(certificate.subject) or "the certificate"
