"""A factory reset of a running gateway: what was configured is gone, and it serves again."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from digigate.daemon.keepsakes import is_known
from running import Gateway, eventually, free_demo
from running.gateway import PASSWORD


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with free_demo(tmp_path_factory.mktemp("reset") / "state") as gateway:
        yield gateway


def _begins_anew(gateway: Gateway, former: bytes) -> bool:
    return (gateway.state / "ports.json").read_bytes() != former and bool(gateway.ports())


def _cli(gateway: Gateway, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "digigate.cli", *words, "--state", str(gateway.state)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def _site(gateway: Gateway) -> object:
    return gateway.order("settings", path="gateway.site")["fields"][0]["value"]


def test_it_asks_first(gateway: Gateway) -> None:
    done = _cli(gateway, "factory-reset")
    assert done.returncode == 1
    assert "Add --yes" in done.stderr


def test_all_that_was_configured_is_gone(gateway: Gateway) -> None:
    drawn = gateway.order("topology")["topology"]
    installed = _site(gateway)
    gateway.own_passwords()
    passphrase = gateway.order("accounts.passphrase")["passphrase"]
    gateway.order("settings.set", path="gateway.site", value="Somewhere")
    gateway.order("topology.remove", address=drawn["devices"][0]["address"])
    certificate = (gateway.state / "https.pem").read_bytes()
    ports = (gateway.state / "ports.json").read_bytes()
    assert "resetting" in _cli(gateway, "factory-reset", "--yes").stdout
    eventually(lambda: _begins_anew(gateway, ports), what="other free ports")
    assert gateway.process.poll() is None
    assert _site(gateway) == installed
    assert gateway.order("topology")["topology"] == drawn
    assert (gateway.state / "https.pem").read_bytes() != certificate
    told = gateway.order("accounts")
    assert all(account["is_default"] for account in told["accounts"])
    assert not told["passphrase"]
    assert passphrase
    alarms = {c["name"] for c in gateway.order("status")["conditions"]}
    assert "password.default" in alarms
    log = gateway.log.read_text()
    assert "factory reset" in log
    assert PASSWORD not in log


def test_every_file_that_a_gateway_keeps_is_entered(gateway: Gateway) -> None:
    assert [p.name for p in gateway.state.iterdir() if not is_known(p.name)] == []
