"""The officer's certificate and authorities on a running gateway, seen from outside."""

import json
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from digigate.errors import Refused
from pki import Made, Maker
from running import Gateway, free_demo

MAKER = Maker()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with free_demo(tmp_path_factory.mktemp("certificates") / "state") as gateway:
        yield gateway


def cli(gateway: Gateway, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "digigate.cli", *arguments, "--state", str(gateway.state)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def shown(gateway: Gateway) -> str:
    """The subject of the certificate that a client is shown now."""
    port = json.loads((gateway.state / "ports.json").read_text())["https"]
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", "localhost"]
    done = subprocess.run(command, input=b"", capture_output=True, timeout=60, check=False)
    subject = ["openssl", "x509", "-noout", "-subject", "-nameopt", "RFC2253"]
    told = subprocess.run(subject, input=done.stdout, capture_output=True, timeout=60, check=True)
    return told.stdout.decode().strip().removeprefix("subject=")


@pytest.mark.peer("openssl")
@pytest.mark.manual(269)
@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_an_uploaded_certificate_is_shown_at_once(
    gateway: Gateway, tmp_path: Path, kind: str
) -> None:
    made = MAKER.make(f"{kind}.test", key=MAKER.rsa(2048) if kind == "rsa" else None)
    (tmp_path / "c.pem").write_text(made.pem)
    (tmp_path / "k.pem").write_text(made.key_pem)
    gateway.order("settings.set", path="web.own_certificate", value=False)
    gateway.order("certificates.discard")
    with pytest.raises(Refused, match="upload a certificate and its key before"):
        gateway.order("settings.set", path="web.own_certificate", value=True)
    assert cli(gateway, "certificates", "upload", "--certificate", f"{tmp_path}/c.pem").stdout
    with pytest.raises(Refused, match="upload a certificate and its key before"):
        gateway.order("settings.set", path="web.own_certificate", value=True)
    done = cli(gateway, "certificates", "upload", "--key", f"{tmp_path}/k.pem")
    assert json.loads(done.stdout)["complete"]
    assert "PRIVATE" not in done.stdout
    ports = gateway.order("ports")
    gateway.order("settings.set", path="web.own_certificate", value=True)
    assert shown(gateway) == f"CN={kind}.test"
    assert gateway.order("ports") == ports  # nobody was sent away
    with pytest.raises(Refused, match="the certificate is in use"):
        gateway.order("certificates.discard")
    successor = MAKER.make("successor.test")
    gateway.order("certificates.upload", certificate=successor.pem, key=successor.key_pem)
    assert shown(gateway) == "CN=successor.test"
    assert successor.key_pem.splitlines()[1] not in gateway.log.read_text()


@pytest.mark.parametrize(
    ("command", "field"), [("certificates.upload", "certificate"), ("authorities.add", "pem")]
)
def test_a_key_sent_in_place_of_a_certificate_is_written_nowhere(
    gateway: Gateway, command: str, field: str
) -> None:
    key = MAKER.make("mistaken.test").key_pem
    with pytest.raises(Refused):
        gateway.order(command, **{field: key})
    line = next(each for each in gateway.order("audit", count=20) if each["what"] == command)
    assert line["facts"]["arguments"][field] == "**********"
    kept = [path.read_bytes() for path in gateway.state.glob("*") if path.is_file()]
    assert not [each for each in kept if key.splitlines()[1].encode() in each]
    assert key.splitlines()[1] not in gateway.log.read_text()


class Server:
    """A TLS server that shakes hands and hangs up."""

    def __init__(self, made: Made, chain: str = "", *, oldest: bool = False) -> None:
        self.made, self.chain, self.oldest = made, chain, oldest
        self.port = 0

    @contextmanager
    def up(self, folder: Path, greeting: tuple[bytes, ...] = ()) -> Iterator["Server"]:
        pair = folder / "server.pem"
        pair.write_text(self.made.key_pem + self.made.pem + self.chain)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
            thread = threading.Thread(
                target=self._serve, args=(listener, context, greeting), daemon=True
            )
            thread.start()
            yield self
            listener.shutdown(socket.SHUT_RDWR)
        thread.join(20)

    @staticmethod
    def _serve(listener: Any, context: ssl.SSLContext, greeting: tuple[bytes, ...]) -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            try:
                for at, line in enumerate(greeting):
                    if at:
                        plain.recv(1024)
                    plain.sendall(line)
                context.wrap_socket(plain, server_side=True).close()
            except OSError:
                plain.close()


def verdict_on(gateway: Gateway, server: Server, **more: str) -> Any:
    return gateway.order("tls.test", host="localhost", port=server.port, **more)


@pytest.mark.manual(279)
def test_a_private_authority_is_named_and_believed_once_it_is_added(
    gateway: Gateway, tmp_path: Path
) -> None:
    root = MAKER.root()
    between = MAKER.make("Plant Issuing", root, authority=True)
    with Server(MAKER.make(issuer=between), between.pem).up(tmp_path) as server:
        verdict = verdict_on(gateway, server)
        assert "unable to get" in verdict["reason"]
        assert verdict["missing"] == "CN=Plant Root"
        assert [each["subject"] for each in verdict["chain"]] == [
            "CN=gateway.test",
            "CN=Plant Issuing",
        ]
        done = cli(gateway, "authorities", "test", f"localhost:{server.port}")
        assert (done.returncode, "add this authority: CN=Plant Root" in done.stdout) == (1, True)
        (tmp_path / "root.pem").write_text(root.pem)
        added = cli(gateway, "authorities", "add", str(tmp_path / "root.pem"))
        assert added.returncode == 0, added.stderr
        assert verdict_on(gateway, server)["reason"] == ""
        fingerprint = gateway.order("authorities")["uploaded"][0]["fingerprint"]
        gateway.order("authorities.remove", fingerprint=fingerprint)
        assert verdict_on(gateway, server)["reason"]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("expired", "expired"),
        ("other name", "Hostname mismatch"),
        ("self-signed", "self-signed certificate"),
        ("stranger", "unable to get local issuer"),
    ],
)
def test_bad_servers_are_not_believed(
    gateway: Gateway, tmp_path: Path, kind: str, told: str
) -> None:
    root = MAKER.root("Known Root")
    gateway.order("authorities.add", pem=root.pem)
    day = timedelta(days=1)
    bad: dict[str, Callable[[], Made]] = {
        "expired": lambda: MAKER.make(issuer=root, begins=-3 * day, lasts=day),
        "other name": lambda: MAKER.make(issuer=root, hosts=("elsewhere.test",)),
        "self-signed": MAKER.make,
        "stranger": lambda: MAKER.make(issuer=MAKER.root("Unknown Root")),
    }
    with Server(bad[kind]()).up(tmp_path) as server:
        assert told in verdict_on(gateway, server)["reason"]
    (known,) = gateway.order("authorities")["uploaded"]
    gateway.order("authorities.remove", fingerprint=known["fingerprint"])


@pytest.mark.parametrize(
    ("start", "greeting"),
    [
        ("smtp", (b"220 mail\r\n", b"250-mail\r\n250 STARTTLS\r\n", b"220 go\r\n")),
        ("ftp", (b"220-files\r\n220 ready\r\n", b"234 go\r\n")),
    ],
)
def test_tls_that_begins_in_clear(
    gateway: Gateway, tmp_path: Path, start: str, greeting: tuple[bytes, ...]
) -> None:
    with Server(MAKER.make()).up(tmp_path, greeting) as server:
        assert "self-signed" in verdict_on(gateway, server, starttls=start)["reason"]
    surly = Server(MAKER.make()).up(tmp_path, (b"500 no\r\n",))
    with surly as server, pytest.raises(Refused, match="does not offer TLS"):
        verdict_on(gateway, server, starttls=start)


def test_a_server_that_is_not_there(gateway: Gateway) -> None:
    with pytest.raises(Refused, match="localhost:1 does not answer"):
        gateway.order("tls.test", host="localhost", port=1)
