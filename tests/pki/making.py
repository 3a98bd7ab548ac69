"""An authority and what it issues."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Made:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Any

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(PEM).decode()

    @property
    def key_pem(self) -> str:
        return key_text(self.key)


def key_text(key: Any, password: bytes | None = None) -> str:
    """A private key in PEM form, encrypted where there is a password."""
    sealing: Any = serialization.NoEncryption()
    if password:
        sealing = serialization.BestAvailableEncryption(password)
    pem: bytes = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, sealing)
    return pem.decode()


class Maker:
    """Issues certificates at one moment."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or datetime.now(UTC)

    def root(self, name: str = "Plant Root") -> Made:
        """An authority of its own."""
        return self.make(name, authority=True)

    def make(
        self,
        name: str = "gateway.test",
        issuer: Made | None = None,
        *,
        key: Any = None,
        begins: timedelta = -DAY,
        lasts: timedelta = 90 * DAY,
        authority: bool = False,
        hosts: tuple[str, ...] = ("gateway.test", "localhost"),
    ) -> Made:
        """A certificate; without an issuer it signs itself."""
        own = key or ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        by = issuer.certificate.subject if issuer else subject
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(by)
            .public_key(own.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now + begins)
            .not_valid_after(self.now + begins + lasts)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if not authority:
            builder = builder.add_extension(names, critical=False)
        return Made(builder.sign(issuer.key if issuer else own, hashes.SHA256()), own)

    @staticmethod
    def rsa(bits: int) -> rsa.RSAPrivateKey:
        """A key of so many bits."""
        return rsa.generate_private_key(65537, bits)
