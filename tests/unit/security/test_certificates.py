"""The self-signed pair: made once, kept, renewed in time, mended when broken."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from digigate.clock import Clock
from digigate.security.certificates import PAIR, Certificates
from digigate.security.selfsigned import named_hosts
from digigate.security.tls import server_context
from digigate.security.vault import Vault
from digigate.state import StateDirectory

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock(started=START, monotonic=lambda: 0.0)


def kept(state: StateDirectory) -> x509.Certificate:
    return x509.load_pem_x509_certificate(state.file(PAIR).read_bytes())


def test_the_first_start_makes_a_pair_for_this_machine(state: StateDirectory, clock: Clock) -> None:
    Certificates(state, clock, Vault(state), "PLANT 7", ["192.168.0.4", "gateway.lan"]).context()
    certificate = kept(state)
    assert certificate.subject.rfc4514_string() == "CN=PLANT 7"
    assert {"localhost", "127.0.0.1", "::1", "192.168.0.4", "gateway.lan"} <= named_hosts(
        certificate
    )
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"
    assert state.file(PAIR).stat().st_mode & 0o777 == 0o600


def test_a_pair_is_valid_now_and_no_longer_than_browsers_take(
    state: StateDirectory, clock: Clock
) -> None:
    certificates = Certificates(state, clock, Vault(state))
    assert certificates.expiry() is None
    certificates.context()
    certificate = kept(state)
    assert certificate.not_valid_before_utc < START < certificate.not_valid_after_utc
    span = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert span == timedelta(days=365)
    assert certificates.expiry() == certificate.not_valid_after_utc


def test_a_restart_keeps_the_pair(state: StateDirectory, clock: Clock) -> None:
    Certificates(state, clock, Vault(state)).context()
    first = state.read_bytes(PAIR)
    Certificates(state, clock, Vault(state)).context()
    assert state.read_bytes(PAIR) == first


@pytest.mark.parametrize(
    ("step", "renewed"),
    [
        (timedelta(0), False),
        (timedelta(days=333), False),
        (timedelta(days=335), True),
        (timedelta(days=2000), True),
        (timedelta(days=-2), True),
    ],
)
def test_a_pair_is_renewed_before_it_ends(
    state: StateDirectory, clock: Clock, step: timedelta, renewed: bool
) -> None:
    certificates = Certificates(state, clock, Vault(state))
    context = certificates.context()
    clock.step(step)
    assert certificates.renew() is renewed
    assert certificates.context() is context
    expiry = certificates.expiry()
    assert expiry is not None
    assert expiry > clock.now() + timedelta(days=30)


def test_a_new_address_asks_for_a_new_pair(state: StateDirectory, clock: Clock) -> None:
    Certificates(state, clock, Vault(state)).context()
    Certificates(state, clock, Vault(state), hosts=["10.0.0.9", "0:0:0:0:0:0:0:9"]).context()
    assert {"10.0.0.9", "::9"} <= named_hosts(kept(state))
    before = kept(state).serial_number
    Certificates(state, clock, Vault(state), hosts=["::9"]).context()
    assert kept(state).serial_number == before


@pytest.mark.parametrize("damage", ["empty", "half", "other key"])
def test_a_broken_pair_is_set_aside_and_made_anew(
    state: StateDirectory, clock: Clock, damage: str
) -> None:
    Certificates(state, clock, Vault(state)).context()
    pem = state.file(PAIR).read_bytes()
    key, certificate = pem.split(b"-----BEGIN CERTIFICATE")
    state.file(PAIR).unlink()
    Certificates(state, clock, Vault(state)).context()
    other = state.file(PAIR).read_bytes().split(b"-----BEGIN CERTIFICATE")[0]
    broken = {
        "empty": b"",
        "half": key,
        "other key": other + b"-----BEGIN CERTIFICATE" + certificate,
    }[damage]
    state.write_bytes(PAIR, broken)
    Certificates(state, clock, Vault(state)).context()
    assert state.read_bytes(PAIR + ".broken") == broken
    assert named_hosts(kept(state)) >= {"localhost"}


def test_tls_is_what_mozilla_calls_intermediate() -> None:
    context = server_context()
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.maximum_version is ssl.TLSVersion.MAXIMUM_SUPPORTED
    names = {str(cipher["name"]) for cipher in context.get_ciphers()}
    old = {name for name in names if not name.startswith("TLS_")}
    assert len(old) == 6
    assert all(name.startswith("ECDHE-") for name in old)
    assert not any("CBC" in name or name.endswith("-SHA") for name in names)
    assert context.options & ssl.OP_NO_RENEGOTIATION
    assert context.options & ssl.OP_NO_COMPRESSION
