"""Backup, factory reset and restore of a running gateway; nothing that is secret lies open."""

import http.cookiejar
import json
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from digigate.daemon.keepsakes import in_backup, is_known
from digigate.errors import Refused
from pki import Maker
from running import Gateway, free_demo
from running.gateway import PASSWORD, _trusting
from running.wiretap import tapped

PASSPHRASE = "correct horse battery"
PAIR = Maker().make("gateway.test")
DEFAULTS = {"advanced": "Avancé", "admin": "Admin", "cyber": "Cyber"}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with free_demo(tmp_path_factory.mktemp("reset") / "state") as gateway:
        yield gateway


@pytest.fixture(scope="module", autouse=True)
def drawn(gateway: Gateway) -> dict[str, Any]:
    """What it is before anybody does anything."""
    return _kept(gateway)


def _cli(gateway: Gateway, *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "digigate.cli", *words, "--state", str(gateway.state)]
    return subprocess.run(
        command, input=said, capture_output=True, text=True, check=False, timeout=60
    )


def _kept(gateway: Gateway) -> dict[str, Any]:
    """The whole configuration: what is set, and the bytes of what is kept."""
    paths = {name: gateway.state / name for name in in_backup()}
    return {
        "settings": gateway.order("settings")["fields"],
        "topology": gateway.order("topology")["topology"],
        "certificate": gateway.order("certificates"),
        **{name: path.read_bytes() for name, path in paths.items() if path.exists()},
    }


def _https(gateway: Gateway) -> tuple[str, int]:
    return "127.0.0.1", gateway.ports()["https"]


def _status_of_login(port: int, profile: str, password: str) -> int:
    """What the gateway answers a login by the API."""
    cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=_trusting()), cookies)
    url = f"https://127.0.0.1:{port}/api/v1/session"
    with opener.open(url, timeout=20) as answer:
        csrf = json.load(answer)["csrf"]
    given = json.dumps({"profile": profile, "password": password}).encode()
    headers = {
        "Content-Type": "application/json",
        "X-CSRF-Token": csrf,
        "Origin": f"https://127.0.0.1:{port}",
    }
    try:
        with opener.open(urllib.request.Request(url, given, headers), timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_it_asks_first(gateway: Gateway) -> None:
    done = _cli(gateway, "factory-reset")
    assert done.returncode == 1
    assert "Add --yes" in done.stderr


@pytest.mark.manual(84)
def test_no_password_lies_or_travels_in_clear(gateway: Gateway, backup: Path) -> None:
    passphrase = gateway.order("accounts.passphrase")["passphrase"]
    with tapped(gateway.ports()["https"]) as tap:
        assert _status_of_login(tap.port, "cyber", PASSWORD) == 200
    assert len(tap.heard) > 1000
    kept = [path for path in gateway.state.rglob("*") if path.is_file()]
    assert gateway.state / "accounts.json" in kept
    places = {str(path): path.read_bytes() for path in (*kept, gateway.log, backup)}
    for secret in (PASSWORD, passphrase, PASSPHRASE, PAIR.key_pem.splitlines()[1]):
        for place, data in {**places, "the wire": bytes(tap.heard)}.items():
            assert secret.encode() not in data, (secret, place)


@pytest.fixture(scope="module")
def configured(gateway: Gateway) -> dict[str, Any]:
    """What the gateway is configured as before it is reset."""
    first = gateway.order("topology")["topology"]["devices"][0]
    gateway.own_passwords()
    gateway.order("accounts.passphrase")
    gateway.order("settings.set", path="gateway.site", value="Usine")
    gateway.order("settings.set", path="time.zone", value="Europe/Paris")
    gateway.order("settings.set", path="firewall.requests", value=1234)
    gateway.order("topology.remove", address=first["address"])
    gateway.order("certificates.upload", certificate=PAIR.pem, key=PAIR.key_pem)
    gateway.order("settings.set", path="web.own_certificate", value=True)
    return _kept(gateway)


@pytest.fixture(scope="module")
def backup(gateway: Gateway, configured: dict[str, Any]) -> Path:
    """Made of that."""
    path = gateway.state.with_name("a.backup")
    done = _cli(gateway, "backup", "--stdin", "-o", str(path), said=PASSPHRASE + "\n")
    assert done.returncode == 0, done.stderr
    assert b"Usine" not in path.read_bytes()
    return path


@pytest.mark.manual(82, 89)
def test_a_reset_forgets_all_that_was_configured(
    gateway: Gateway, drawn: dict[str, Any], configured: dict[str, Any], backup: Path
) -> None:
    with gateway.rebooting():
        assert "resetting" in _cli(gateway, "factory-reset", "--yes").stdout
    assert gateway.process.poll() is None
    kept = _kept(gateway)
    assert kept["settings"] == drawn["settings"]
    assert kept["topology"] == drawn["topology"]
    assert "accounts.json" not in kept
    assert kept["https.pem"] != configured["https.pem"]
    assert kept["certificate"] == drawn["certificate"]
    assert ssl.get_server_certificate(_https(gateway)) in kept["https.pem"].decode()
    assert gateway.order("vault")["secrets"] == []
    told = gateway.order("accounts")
    assert all(account["is_default"] for account in told["accounts"])
    assert not told["passphrase"]
    https = gateway.ports()["https"]
    assert _status_of_login(https, "cyber", PASSWORD) in {401, 403}
    for profile, password in DEFAULTS.items():
        assert _status_of_login(https, profile, password) == 200
    alarms = {(c["name"], c["subject"]) for c in gateway.order("status")["conditions"]}
    assert ("password.default", "cyber") in alarms
    audited = [line["what"] for line in gateway.order("audit")]
    assert "gateway.factory-reset" in audited


@pytest.mark.manual(305)
def test_a_restore_brings_everything_back(
    gateway: Gateway, configured: dict[str, Any], backup: Path
) -> None:
    wrong = _cli(gateway, "restore", "--stdin", str(backup), said="another passphrase\n")
    assert "the passphrase is wrong" in wrong.stderr
    preview = _cli(gateway, "restore", "--stdin", "--preview", str(backup), said=PASSPHRASE + "\n")
    assert 'setting time.zone: "UTC" -> "Europe/Paris"' in preview.stdout
    assert "file accounts.json: added" in preview.stdout
    with gateway.rebooting():
        done = _cli(gateway, "restore", "--stdin", str(backup), said=PASSPHRASE + "\n")
        assert "restarting" in done.stdout, done.stderr
    assert _kept(gateway) == configured
    assert ssl.get_server_certificate(_https(gateway)) == PAIR.pem
    assert _status_of_login(gateway.ports()["https"], "cyber", PASSWORD) == 200
    again = gateway.order("backup", passphrase=PASSPHRASE)
    told = gateway.order("restore", passphrase=PASSPHRASE, data=again["data"], preview=True)
    assert told["changes"] == []


def test_a_new_key_keeps_the_secrets(gateway: Gateway) -> None:
    former = gateway.order("vault")
    assert former["secrets"] == ["web.own-pair"]
    assert "sealed under key" in _cli(gateway, "vault", "--rotate").stdout
    again = gateway.order("vault")
    assert again["key"] != former["key"]
    assert (again["secrets"], again["lost"]) == (["web.own-pair"], [])
    with gateway.rebooting():
        gateway.order("gateway.reboot")
    assert ssl.get_server_certificate(_https(gateway)) == PAIR.pem
    assert gateway.order("certificates")["in_use"] == "own"


def test_only_what_is_entered_is_kept(gateway: Gateway) -> None:
    assert [p.name for p in gateway.state.iterdir() if not is_known(p.name)] == []
    with pytest.raises(Refused, match="12 to 1024"):
        gateway.order("backup", passphrase="short")
