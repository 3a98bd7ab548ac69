"""The officer's certificate and authorities on a running gateway, seen from outside."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from digigate.errors import Refused
from pki import Maker, serving
from running import Gateway, free_demo
from running.waiting import eventually

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


def verdict_on(gateway: Gateway, port: int) -> Any:
    return gateway.order("tls.test", host="localhost", port=port)


@pytest.mark.peer("curl")
@pytest.mark.manual(268)
def test_the_plain_port_leads_to_pages_with_the_uploaded_certificate(
    gateway: Gateway, tmp_path: Path
) -> None:
    root = MAKER.root()
    made = MAKER.make(issuer=root)
    (tmp_path / "root.pem").write_text(root.pem)
    gateway.order("certificates.upload", certificate=made.pem, key=made.key_pem)
    gateway.order("settings.set", path="web.own_certificate", value=True)
    https = gateway.order("ports")["https"]
    gateway.order("settings.set", path="web.http_port", value=0)
    http = eventually(lambda: gateway.order("ports").get("http"), what="the plain port")
    told = curl(f"http://localhost:{http}/login", "--location", "--cacert", f"{tmp_path}/root.pem")
    assert told == f"200 https://localhost:{https}/login"
    assert curl(f"http://localhost:{http}/api/v1/gateway").startswith("308 ")
    gateway.order("settings.set", path="web.http_port", value=None)
    eventually(lambda: "http" not in gateway.order("ports"), what="its end")
    assert curl(f"http://localhost:{http}/").startswith("000 ")
    assert gateway.order("ports")["https"] == https
    done = cli(gateway, "certificates", "self-signed")
    assert json.loads(done.stdout)["in_use"] == "self-signed"


def curl(url: str, *options: str) -> str:
    """Status and address of the last answer."""
    told = ["--silent", "--output", "/dev/null", "--write-out", "%{http_code} %{url_effective}"]
    command = ["curl", *told, *options, url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout


def test_a_pair_whose_seal_is_lost_gives_way_to_our_own(gateway: Gateway) -> None:
    made = MAKER.make("sealed.test")
    pair = {"certificate": made.pem, "key": made.key_pem}
    gateway.order("certificates.upload", **pair)
    gateway.order("settings.set", path="web.own_certificate", value=True)
    (gateway.state / "secret.key").write_text("5a" * 32)
    with gateway.rebooting():
        gateway.order("gateway.reboot")
    assert shown(gateway) == "CN=digigate"
    told = troubles(gateway)
    assert told["certificate.missing"].startswith(
        "the uploaded pair is gone: upload it again; ours"
    )
    assert "no key opens web.own-pair" in told["vault.lost"]
    gateway.order("certificates.upload", **pair)
    assert shown(gateway) == "CN=sealed.test"
    assert not troubles(gateway).keys() & {"certificate.missing", "vault.lost"}
    gateway.order("settings.set", path="web.own_certificate", value=False)


def troubles(gateway: Gateway) -> dict[str, str]:
    """Reasons by the name of the condition."""
    return {c["name"]: c["reason"] for c in gateway.order("status")["conditions"]}


def test_a_plain_port_that_is_taken_leaves_the_pages(gateway: Gateway) -> None:
    with socket.create_server(("0.0.0.0", 0)) as other:
        taken = other.getsockname()[1]
        gateway.order("settings.set", path="web.http_port", value=taken)
        failed = eventually(lambda: conditions(gateway).get("http"), what="the condition")
        assert "already in use" in failed
        assert "csrf" in gateway.get("/api/v1/session")
    gateway.order("settings.set", path="web.http_port", value=None)
    eventually(lambda: "http" not in conditions(gateway), what="its end")


def conditions(gateway: Gateway) -> dict[str, str]:
    """Reasons by the service that failed."""
    active = gateway.order("status")["conditions"]
    return {c["subject"]: c["reason"] for c in active if c["name"] == "service.failed"}


@pytest.mark.manual(279)
def test_a_private_authority_is_named_and_believed_once_it_is_added(
    gateway: Gateway, tmp_path: Path
) -> None:
    root = MAKER.root()
    between = MAKER.make("Plant Issuing", root, authority=True)
    with serving(MAKER.make(issuer=between), tmp_path, between.pem) as port:
        verdict = verdict_on(gateway, port)
        assert "its authority is not known here" in verdict["reason"]
        assert verdict["missing"] == "CN=Plant Root"
        assert [each["subject"] for each in verdict["chain"]] == [
            "CN=gateway.test",
            "CN=Plant Issuing",
        ]
        done = cli(gateway, "authorities", "test", f"localhost:{port}")
        assert (done.returncode, "add this authority: CN=Plant Root" in done.stdout) == (1, True)
        (tmp_path / "root.pem").write_text(root.pem)
        added = cli(gateway, "authorities", "add", str(tmp_path / "root.pem"))
        assert added.returncode == 0, added.stderr
        assert verdict_on(gateway, port)["reason"] == ""
        fingerprint = gateway.order("authorities")["uploaded"][0]["fingerprint"]
        gateway.order("authorities.remove", fingerprint=fingerprint)
        assert verdict_on(gateway, port)["reason"]


def test_nobody_searches_a_network_by_testing_servers(gateway: Gateway) -> None:
    told = [refusal(gateway) for _ in range(11)]
    assert "localhost:1 does not answer" in told[0]
    assert "10 servers were called within a minute: wait" in told[-1]


def refusal(gateway: Gateway) -> str:
    with pytest.raises(Refused) as refused:
        gateway.order("tls.test", host="localhost", port=1)
    return str(refused.value)
