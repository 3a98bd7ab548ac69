"""Whatever is uploaded is taken, or refused with a reason; nothing else ever comes of it."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from hypothesis import given
from hypothesis import strategies as st

from digigate.clock import Clock
from digigate.errors import SettingsError
from digigate.security.authorities import Authorities
from digigate.security.certificates import Certificates
from digigate.security.ownpair import described
from digigate.security.pair import read_chain, read_key
from digigate.security.vault import Vault
from digigate.state import StateDirectory
from pki import Made, Maker, key_text

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MAKER = Maker(NOW)
DAY = timedelta(days=1)
ROOT = MAKER.root()
LEAF = MAKER.make(issuer=ROOT)
RSA = MAKER.rsa(2048)


def _der(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, form: serialization.PrivateFormat
) -> bytes:
    return key.private_bytes(Encoding.DER, form, serialization.NoEncryption())


SEEDS = {
    "CERTIFICATE": [each.certificate.public_bytes(Encoding.DER) for each in (LEAF, ROOT)],
    "PRIVATE KEY": [_der(key, serialization.PrivateFormat.PKCS8) for key in (LEAF.key, RSA)],
    "EC PRIVATE KEY": [_der(LEAF.key, serialization.PrivateFormat.TraditionalOpenSSL)],
    "RSA PRIVATE KEY": [_der(RSA, serialization.PrivateFormat.TraditionalOpenSSL)],
}


Order = Callable[[], object]


@dataclass(frozen=True)
class Desk:
    """Where files are handed in."""

    certificates: Certificates
    authorities: Authorities

    def hand_in(self, certificate: str | None, key: str | None) -> None:
        own = self.certificates.own
        self.certificates.take(own.check(certificate, key))
        if chain := own.chain():
            described(chain)

    def try_everywhere(self, text: str) -> None:
        """As each half, beside good ones, and as an authority."""
        orders: tuple[Order, ...] = (
            lambda: self.hand_in(text, None),
            lambda: self.hand_in(None, text),
            lambda: self.hand_in(text, LEAF.key_pem),
            lambda: self.hand_in(LEAF.pem, text),
            lambda: self.hand_in(LEAF.pem + text, LEAF.key_pem),
            lambda: self.authorities.add(text),
        )
        for order in orders:
            refused_or_done(order)


def refused_or_done(order: Order) -> None:
    """Anything else that it raises is a bug."""
    try:
        order()
    except SettingsError as error:
        assert 10 < len(str(error)) < 400  # noqa: PT017 -- some are taken
        assert LEAF.key_pem.splitlines()[1] not in str(error)  # noqa: PT017


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with StateDirectory(tmp_path_factory.mktemp("uploads")) as state:
        clock = Clock(started=NOW, monotonic=lambda: 0.0)
        desk = Desk(Certificates(state, clock, Vault(state)), Authorities(state, clock))
        yield desk
        desk.certificates.use_own(wanted=True)
        desk.certificates.context()
        desk.authorities.context()


def armoured(der: bytes, kind: str) -> str:
    body = b64encode(der).decode()
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----\n"


@st.composite
def spoilt(draw: st.DrawFn, good: bytes) -> bytes:
    """Bytes changed, cut out, doubled or put in, a few times."""
    data = bytearray(good)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        end = min(len(data), at + draw(st.integers(1, 40)))
        match draw(st.sampled_from(("change", "flip", "cut", "double", "put in", "truncate"))):
            case "change":
                data[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
            case "flip" if data:
                data[at] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del data[at:end]
            case "double":
                data[at:at] = data[at:end]
            case "put in":
                data[at:at] = draw(st.binary(max_size=40))
            case _:
                del data[at:]
    return bytes(data)


def seeds() -> st.SearchStrategy[tuple[str, bytes]]:
    return st.sampled_from([(kind, der) for kind, ders in SEEDS.items() for der in ders])


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@given(st.data(), seeds())
def test_spoilt_insides_of_a_file(desk: Desk, data: st.DataObject, seed: tuple[str, bytes]) -> None:
    kind, der = seed
    desk.try_everywhere(armoured(data.draw(spoilt(der)), kind))


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@given(st.data(), seeds(), st.sampled_from(("latin-1", "utf-8", "utf-16")))
def test_a_spoilt_file(
    desk: Desk, data: st.DataObject, seed: tuple[str, bytes], encoding: str
) -> None:
    kind, der = seed
    octets = data.draw(spoilt(armoured(der, kind).encode(encoding)))
    desk.try_everywhere(octets.decode("latin-1"))
    desk.try_everywhere(octets.decode(errors="replace"))


@given(st.text(st.characters(categories=None), max_size=300))
def test_any_text(desk: Desk, text: str) -> None:
    desk.try_everywhere(text)
    desk.try_everywhere(f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")


def pkcs12_of(made: Made) -> str:
    sealing = serialization.NoEncryption()
    stored = pkcs12.serialize_key_and_certificates(b"x", made.key, made.certificate, None, sealing)
    return stored.decode("latin-1")


Refusals = dict[str, tuple[Callable[[], str], str]]

REFUSED_KEYS: Refusals = {
    "DSA": (lambda: key_text(dsa.generate_private_key(1024)), "neither RSA nor ECDSA"),
    "PKCS#12": (lambda: pkcs12_of(LEAF), "must be converted"),
    "UTF-16": (lambda: LEAF.key_pem.encode("utf-16").decode("latin-1"), "save it as plain text"),
    "a certificate": (lambda: LEAF.pem, "no -----BEGIN PRIVATE KEY-----"),
    "cut": (lambda: LEAF.key_pem[:-40], "cannot be read"),
}


@pytest.mark.parametrize("kind", REFUSED_KEYS)
def test_the_refusal_of_a_key_says_why(kind: str) -> None:
    made, told = REFUSED_KEYS[kind]
    with pytest.raises(SettingsError, match=told):
        read_key(made())


REFUSED_CERTIFICATES: Refusals = {
    "twice": (lambda: LEAF.pem * 2, "the chain is broken"),
    "of an Ed25519 key": (
        lambda: MAKER.make(issuer=ROOT, key=ed25519.Ed25519PrivateKey.generate()).pem,
        "neither RSA nor ECDSA",
    ),
    "PKCS#12": (lambda: pkcs12_of(LEAF), "must be converted"),
    "UTF-16": (lambda: LEAF.pem.encode("utf-16").decode("latin-1"), "save it as plain text"),
    "cut": (lambda: LEAF.pem[:-40], "cannot be read"),
}


@pytest.mark.parametrize("kind", REFUSED_CERTIFICATES)
def test_the_refusal_of_a_certificate_says_why(kind: str) -> None:
    made, told = REFUSED_CERTIFICATES[kind]
    with pytest.raises(SettingsError, match=told):
        read_chain(made(), NOW)


@pytest.mark.parametrize(
    "written",
    [
        lambda pem: pem.replace("\n", "\r\n"),
        lambda pem: pem.encode("utf-8-sig").decode("latin-1"),
        lambda pem: f"Subject: CN=gateway\n\n{pem}\nthat was all\n",
        lambda pem: pem.rstrip(),
    ],
    ids=["CRLF", "BOM", "with text", "no last line end"],
)
def test_how_the_text_is_written_does_not_matter(written: Callable[[str], str]) -> None:
    assert read_chain(written(LEAF.pem), NOW).leaf == LEAF.certificate
    assert read_key(written(LEAF.key_pem)).public_key() == LEAF.key.public_key()


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_a_negative_serial_number_harms_nobody(desk: Desk) -> None:
    """Our library makes none."""
    der, number = SEEDS["CERTIFICATE"][0], LEAF.certificate.serial_number
    octets = number.to_bytes(number.bit_length() // 8 + 1, "big")
    assert octets in der
    desk.try_everywhere(armoured(der.replace(octets, b"\x80" * len(octets)), "CERTIFICATE"))


def test_a_large_key_is_refused_before_it_is_looked_into() -> None:
    """Its primes would take minutes."""
    primes = [(1 << 16383) - 1, (1 << 16381) - 1]
    modulus = primes[0] * primes[1]
    numbers = [0, modulus, 65537, 3, *primes, 3, 3, 3]
    body = b"".join(_field(2, n.to_bytes(n.bit_length() // 8 + 1, "big")) for n in numbers)
    with pytest.raises(SettingsError, match="32764 bits"):
        read_key(armoured(_field(0x30, body), "RSA PRIVATE KEY"))


def _field(tag: int, content: bytes) -> bytes:
    size = len(content)
    told = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + told + content


def test_a_name_moves_no_terminal() -> None:
    made = MAKER.make("gate\x1b[2Jway\n")
    told = str(described(read_chain(made.pem, NOW))["subject"])
    assert (told.isprintable(), told.startswith("CN=gate\ufffd[2Jway")) == (True, True)
