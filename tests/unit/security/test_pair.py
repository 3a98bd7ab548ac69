"""Uploaded certificates and keys: what is taken, and why the rest is not."""

import errno
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding

from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import SettingsError
from digigate.panel import SYSTEM_ALARMS
from digigate.security.certificates import Certificates
from digigate.security.ownpair import OWN, described
from digigate.security.pair import read_chain, read_key
from digigate.security.pem import LARGEST
from digigate.security.vault import Vault
from digigate.state import StateDirectory
from pki import Made, Maker, key_text

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MAKER = Maker(NOW)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def good() -> Made:
    return MAKER.make()


@pytest.fixture
def clock() -> Clock:
    return Clock(started=NOW, monotonic=lambda: 0.0)


@pytest.fixture
def vault(state: StateDirectory) -> Vault:
    return Vault(state)


@pytest.fixture
def certificates(state: StateDirectory, clock: Clock, vault: Vault) -> Certificates:
    return Certificates(state, clock, vault)


Upload = Callable[[str | None, str | None], bool]


@pytest.fixture
def upload(certificates: Certificates) -> Upload:
    """Take one half or both; whether they are a pair now."""

    def take(certificate: str | None, key: str | None) -> bool:
        halves = certificates.own.check(certificate, key)
        certificates.take(halves)
        return halves.pair is not None

    return take


@pytest.mark.manual(272)
def test_ecdsa_and_rsa_2048_are_served() -> None:
    for key in (ec.generate_private_key(ec.SECP384R1()), MAKER.rsa(2048)):
        made = MAKER.make(key=key)
        read_chain(made.pem, NOW)
        read_key(made.key_pem)


@pytest.mark.manual(272)
@pytest.mark.parametrize(("bits", "told"), [(1024, "too weak"), (3072, "3072 bits; use RSA 2048")])
def test_rsa_keys_have_2048_bits(bits: int, told: str) -> None:
    key = MAKER.rsa(bits)
    with pytest.raises(SettingsError, match=told):
        read_key(key_text(key))
    with pytest.raises(SettingsError, match=told):
        read_chain(MAKER.make(key=key).pem, NOW)


def test_other_kinds_of_keys_are_named(good: Made) -> None:
    with pytest.raises(SettingsError, match="neither RSA nor ECDSA"):
        read_key(key_text(ed25519.Ed25519PrivateKey.generate()))
    with pytest.raises(SettingsError, match="curve secp521r1; use P-256 or P-384"):
        read_key(key_text(ec.generate_private_key(ec.SECP521R1())))


def test_an_encrypted_key_is_told_how_to_be_opened(good: Made) -> None:
    with pytest.raises(SettingsError, match="take its passphrase off first: openssl pkey"):
        read_key(key_text(good.key, b"secret"))


def test_a_file_has_one_key_and_a_certificate_none(good: Made) -> None:
    with pytest.raises(SettingsError, match="several private keys"):
        read_key(good.key_pem * 2)
    with pytest.raises(SettingsError, match="holds a private key; upload the certificate without"):
        read_chain(good.pem + good.key_pem, NOW)


@pytest.mark.parametrize(
    "data", [b"", b"nonsense", b"\x30\x82\x01\x0a\x02\x82", b"-----BEGIN NOTHING-----"]
)
def test_what_is_no_pem_is_refused(data: bytes) -> None:
    text = data.decode("latin-1")
    with pytest.raises(SettingsError, match=r"no PEM file: there is no -----BEGIN CERTIFICATE"):
        read_chain(text, NOW)
    with pytest.raises(SettingsError, match=r"no PEM file: there is no -----BEGIN PRIVATE KEY"):
        read_key(text)


def test_der_is_told_to_be_converted(good: Made) -> None:
    der = good.certificate.public_bytes(Encoding.DER).decode("latin-1")
    with pytest.raises(SettingsError, match="must be converted"):
        read_chain(der, NOW)


def test_a_damaged_file_is_refused(good: Made) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        read_chain(good.pem.replace("MII", "MIX", 1), NOW)
    with pytest.raises(SettingsError, match="cannot be read"):
        read_key(good.key_pem.replace("MIG", "MIX", 1))


def test_a_huge_file_is_not_even_looked_at(good: Made) -> None:
    with pytest.raises(SettingsError, match="larger than 64 KiB"):
        read_chain(good.pem + "x" * LARGEST, NOW)


def test_a_certificate_holds_now() -> None:
    with pytest.raises(SettingsError, match="has expired on 2026-02-"):
        read_chain(MAKER.make(begins=-30 * DAY, lasts=10 * DAY).pem, NOW)
    with pytest.raises(SettingsError, match="begins on 2026-03-04; is the clock right"):
        read_chain(MAKER.make(begins=3 * DAY).pem, NOW)


def test_a_chain_is_in_order() -> None:
    root = MAKER.root()
    between = MAKER.make("Plant Issuing", root, authority=True)
    leaf = MAKER.make(issuer=between)
    assert len(read_chain(leaf.pem + between.pem, NOW).certificates) == 2
    with pytest.raises(SettingsError, match="the chain is broken: CN=Plant Root has not issued"):
        read_chain(leaf.pem + root.pem, NOW)


def test_a_chain_whose_signature_is_wrong_is_refused() -> None:
    leaf = MAKER.make(issuer=MAKER.root("Same Name"))
    with pytest.raises(SettingsError, match="the signature of CN=gateway"):
        read_chain(leaf.pem + MAKER.root("Same Name").pem, NOW)


@pytest.mark.parametrize("first", ["certificate", "key"])
def test_the_halves_may_come_one_by_one(
    certificates: Certificates, upload: Upload, good: Made, first: str
) -> None:
    halves = {"certificate": (good.pem, None), "key": (None, good.key_pem)}
    assert not upload(*halves.pop(first))
    waiting = {"certificate": (False, True, False), "key": (False, False, True)}
    assert astuple(certificates.own.standing()) == waiting[first]
    assert upload(*halves.popitem()[1])
    assert astuple(certificates.own.standing()) == (True, False, False)
    certificates.own.discard()
    assert astuple(certificates.own.standing()) == (False, False, False)


def test_no_key_lies_on_the_disk_in_clear(
    state: StateDirectory, upload: Upload, good: Made
) -> None:
    upload(None, good.key_pem)
    upload(good.pem, None)
    secret = good.key_pem.splitlines()[1].encode()
    sealed = [path for path in state.path.iterdir() if path.is_file()]
    assert sealed
    assert not [path for path in sealed if secret in path.read_bytes()]


def test_a_certificate_renewed_for_the_same_key_needs_no_key(
    certificates: Certificates, upload: Upload, good: Made
) -> None:
    upload(good.pem, good.key_pem)
    renewed = MAKER.make(key=good.key, lasts=200 * DAY)
    assert upload(renewed.pem, None)
    chain = certificates.own.chain()
    assert chain is not None
    assert chain.leaf == renewed.certificate


@pytest.mark.manual(273)
def test_what_is_refused_leaves_the_former_pair(
    certificates: Certificates, upload: Upload, good: Made
) -> None:
    upload(good.pem, good.key_pem)
    own, former = certificates.own, certificates.own.pem()
    other = MAKER.make("other.test")
    der = other.certificate.public_bytes(Encoding.DER).decode("latin-1")
    for certificate, key, told in (
        (other.pem, good.key_pem, "the key is not that of the certificate"),
        (der, other.key_pem, "no PEM file"),
        ("garbage", other.key_pem, "no PEM file"),
    ):
        with pytest.raises(SettingsError, match=told):
            upload(certificate, key)
    assert own.pem() == former
    assert upload(other.pem, None) is False
    with pytest.raises(SettingsError, match="the key is not that"):
        upload(None, good.key_pem)
    assert own.pem() == former
    upload(None, other.key_pem)
    assert own.pem() != former


def test_what_tls_does_not_take_leaves_the_former_pair(
    certificates: Certificates, upload: Upload, good: Made
) -> None:
    upload(good.pem, good.key_pem)
    former = certificates.own.pem()
    weak = MAKER.make("Weak Issuing", authority=True, key=MAKER.rsa(1024))
    leaf = MAKER.make(issuer=weak)
    with pytest.raises(SettingsError, match="TLS does not take this pair: CA_KEY_TOO_SMALL"):
        upload(leaf.pem + weak.pem, leaf.key_pem)
    assert certificates.own.pem() == former


def test_what_cannot_be_kept_leaves_the_former_pair(
    certificates: Certificates,
    upload: Upload,
    good: Made,
    state: StateDirectory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    upload(good.pem, good.key_pem)
    former = certificates.own.pem()

    def full(name: str, value: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(state, "write_json", full)
    other = MAKER.make("other.test")
    with pytest.raises(SettingsError, match="No space left"):
        upload(other.pem, other.key_pem)
    assert certificates.own.pem() == former


def test_a_pair_is_described(certificates: Certificates, upload: Upload, good: Made) -> None:
    upload(good.pem, good.key_pem)
    chain = certificates.own.chain()
    assert chain is not None
    told = described(chain)
    assert (told["subject"], told["kind"]) == ("CN=gateway.test", "ECDSA secp256r1")


@pytest.mark.parametrize("damage", ["gone", "nothing", "key"])
def test_a_broken_pair_is_not_served(
    certificates: Certificates, clock: Clock, vault: Vault, upload: Upload, good: Made, damage: str
) -> None:
    upload(good.pem, good.key_pem)
    certificates.use_own(True)
    served = [certificates.serves_own]
    if damage == "gone":
        vault.drop(OWN)
    else:
        vault.put(OWN, {"nothing": b"nothing", "key": good.pem.encode()}[damage])
    conditions = Conditions(clock)
    certificates.judge(conditions)
    certificates.reload()
    assert [*served, certificates.serves_own] == [True, False]
    assert isinstance(certificates.context(), ssl.SSLContext)
    (missing,) = conditions.active("certificate.missing")
    assert "ours is served instead" in missing.reason


def test_all_doors_take_a_new_pair_though_a_file_of_one_is_gone(
    certificates: Certificates, clock: Clock, upload: Upload, good: Made, tmp_path: Path
) -> None:
    authority = tmp_path / "clients.pem"
    authority.write_text("# Émetteur\n" + MAKER.root().pem)
    fronts = (certificates.context(), certificates.context_for_clients_of(authority))
    authority.unlink()
    certificates.use_own(True)
    assert upload(good.pem, good.key_pem)
    assert [shown(front) for front in fronts] == [good.certificate] * 2
    certificates.use_own(False)
    assert [shown(front) == good.certificate for front in fronts] == [False, False]


def shown(server: ssl.SSLContext) -> x509.Certificate:
    """What a client is shown in a handshake without a socket."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        client.wrap_bio(down, up, server_hostname="localhost"),
        server.wrap_bio(up, down, server_side=True),
    )
    for _ in range(3):
        for end in ends:
            with suppress(ssl.SSLWantReadError, ssl.SSLError):
                end.do_handshake()
    der = ends[0].getpeercert(binary_form=True)
    assert der is not None
    return x509.load_der_x509_certificate(der)


@pytest.mark.manual(274)
def test_the_end_of_a_certificate_is_told_before_and_after(
    certificates: Certificates, clock: Clock, upload: Upload, good: Made
) -> None:
    upload(good.pem, good.key_pem)
    conditions = Conditions(clock)
    certificates.use_own(True)
    told = []
    for days in (0, 58, 60, 88, 90):
        clock.step(days * DAY - (clock.now() - NOW))
        certificates.judge(conditions)
        told.append([c.name for c in conditions.active()])
    soon, gone = ["certificate.expiring"], ["certificate.expired"]
    assert told == [[], [], soon, soon, gone]
    assert [SYSTEM_ALARMS.get(name) for name in (*soon, *gone)] == [None, 7]
    certificates.use_own(False)
    certificates.judge(conditions)
    assert conditions.active() == ()
