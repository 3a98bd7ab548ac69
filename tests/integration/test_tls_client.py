"""The gateway as a TLS client: whom it believes, and what it says of the others."""

import ssl
import subprocess
import warnings
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from unittest.mock import ANY

import pytest
from cryptography import x509

from digigate.clock import Clock
from digigate.errors import SettingsError, Unreachable
from digigate.security import tlstest
from digigate.security.authorities import Authorities
from digigate.security.tlstest import StartTls, Verdict, tls_verdict
from digigate.state import StateDirectory
from pki import Made, Maker, key_text, serving
from pki.showing import careless

MAKER = Maker()
DAY = timedelta(days=1)
DEBIANS_ROOTS = Path("/etc/ssl/certs/ca-certificates.crt")


@pytest.fixture(scope="module")
def root() -> Made:
    return MAKER.root()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Authorities]:
    with StateDirectory(tmp_path / "state") as state:
        yield Authorities(state, Clock())


async def verdict(store: Authorities, port: int, start: StartTls = StartTls.NONE) -> Verdict:
    return await tls_verdict("localhost", port, start, store.context())


BAD: dict[str, Callable[[Made], Made]] = {
    "has expired": lambda root: MAKER.make(issuer=root, begins=-3 * DAY, lasts=DAY),
    "does not hold yet": lambda root: MAKER.make(issuer=root, begins=DAY),
    "for another name": lambda root: MAKER.make(issuer=root, hosts=("elsewhere.test",)),
    "self-signed": lambda _: MAKER.make(),
    "authority is not known here": lambda _: MAKER.make(issuer=MAKER.root("Unknown Root")),
    "its key is too short": lambda root: MAKER.make(issuer=root, key=MAKER.rsa(1024)),
}


@pytest.mark.parametrize("told", BAD)
async def test_a_bad_server_is_not_believed(
    store: Authorities, root: Made, tmp_path: Path, told: str
) -> None:
    store.add(root.pem)
    with serving(BAD[told](root), tmp_path) as port:
        assert told in (await verdict(store, port)).reason


@pytest.mark.peer("openssl")
async def test_a_certificate_signed_by_sha1_is_not_believed(
    store: Authorities, root: Made, tmp_path: Path
) -> None:
    store.add(root.pem)
    with serving(signed_by_sha1(root, tmp_path), tmp_path) as port:
        assert "broken, such as SHA-1" in (await verdict(store, port)).reason


def signed_by_sha1(root: Made, folder: Path) -> Made:
    """Our library refuses to make one."""
    key = MAKER.make().key
    (folder / "leaf.key").write_text(key_text(key))
    (folder / "root.pem").write_text(root.pem + root.key_pem)
    openssl(folder, "req -new -key leaf.key -subj /CN=leaf -out leaf.csr")
    signing = "x509 -req -in leaf.csr -CA root.pem -CAkey root.pem -set_serial 7 -days 9 -sha1"
    return Made(x509.load_pem_x509_certificate(openssl(folder, signing)), key)


def openssl(folder: Path, words: str) -> bytes:
    command = ["openssl", *words.split()]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=True, timeout=60)
    return done.stdout


async def test_tls_1_1_is_not_spoken(store: Authorities, root: Made, tmp_path: Path) -> None:
    store.add(root.pem)

    def old(context: ssl.SSLContext) -> None:
        careless(context)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1

    told = r"does not speak TLS 1\.2 or 1\.3"
    server = serving(MAKER.make(issuer=root), tmp_path, prepare=old)
    with server as port, pytest.raises(Unreachable, match=told):
        await verdict(store, port)


async def test_a_private_authority_is_believed_once_it_is_added(
    store: Authorities, root: Made, tmp_path: Path
) -> None:
    between = MAKER.make("Plant Issuing", root, authority=True)
    with serving(MAKER.make(issuer=between), tmp_path, between.pem) as port:
        before = await verdict(store, port)
        assert before.missing == "CN=Plant Root"
        assert [each.subject for each in before.chain] == ["CN=gateway.test", "CN=Plant Issuing"]
        store.add(root.pem)
        assert (await verdict(store, port)).reason == ""


@pytest.mark.manual(275)
@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@pytest.mark.skipif(not DEBIANS_ROOTS.exists(), reason="needs the package ca-certificates")
async def test_the_usual_authorities_are_built_in(
    store: Authorities, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = MAKER.root("Public Root")
    between = MAKER.make("Public Issuing", public, authority=True)
    (tmp_path / "roots.pem").write_text(DEBIANS_ROOTS.read_text() + public.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "roots.pem"))
    names = [each.name for each in store.system()]
    assert len(names) > 100
    for usual in ("DigiCert Global Root G2", "ISRG Root X1", "GTS Root R1", "Public Root"):
        assert any(f"CN={usual}" in name for name in names), usual
    with serving(MAKER.make(issuer=between), tmp_path, between.pem) as port:
        assert await verdict(store, port) == Verdict("", ANY, "")


async def test_an_authority_below_its_root_is_enough(
    store: Authorities, root: Made, tmp_path: Path
) -> None:
    between = MAKER.make("Plant Issuing", root, authority=True)
    store.add(between.pem)
    with serving(MAKER.make(issuer=between), tmp_path) as port:
        assert (await verdict(store, port)).reason == ""


SMTP = (b"220 mail\r\n", b"250-mail\r\n250 STARTTLS\r\n", b"220 go\r\n")
FTP = (b"220-files\r\n220 ready\r\n", b"234 go\r\n")


@pytest.mark.parametrize(("start", "greeting"), [(StartTls.SMTP, SMTP), (StartTls.FTP, FTP)])
async def test_tls_that_begins_in_clear(
    store: Authorities, root: Made, tmp_path: Path, start: StartTls, greeting: tuple[bytes, ...]
) -> None:
    store.add(root.pem)
    with serving(MAKER.make(issuer=root), tmp_path, greeting=greeting) as port:
        assert (await verdict(store, port, start)).reason == ""
    for surly in (b"500 secret banner\r\n", b"220-" + b"x" * 5000 + b"\r\n", b"220-x\r\n" * 200):
        with serving(MAKER.make(), tmp_path, greeting=(surly,)) as port:
            with pytest.raises(Unreachable, match="does not offer TLS") as refused:
                await verdict(store, port, start)
            assert "secret" not in str(refused.value)


async def test_a_silent_server_is_left(
    store: Authorities, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tlstest, "PATIENCE", 0.2)
    server = serving(MAKER.make(), tmp_path, greeting=(b"2", b"never"))
    with server as port, pytest.raises(Unreachable, match="does not answer within"):
        await verdict(store, port, StartTls.SMTP)


@pytest.mark.parametrize("host", ["gate..lan", ".", "x" * 64 + ".lan", "::1::"])
async def test_a_name_that_no_server_has(store: Authorities, host: str) -> None:
    with pytest.raises((SettingsError, Unreachable)):
        await tls_verdict(host, 1, StartTls.NONE, store.context())


async def test_a_server_that_is_not_there(store: Authorities) -> None:
    with pytest.raises(Unreachable, match="localhost:1 does not answer"):
        await verdict(store, 1)
