"""The white list of a running gateway, seen from several addresses."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from digigate.errors import Refused
from running import Gateway, eventually, free_demo
from running.api import ApiUser
from running.gateway import PASSWORD

FRIEND, STRANGER = "127.0.0.2", "127.0.0.3"
READ = bytes.fromhex("000100000006ff03c3500001")
SOON = 20.0


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with free_demo(tmp_path_factory.mktemp("firewall") / "state") as gateway:
        gateway.own_passwords()
        yield gateway


def port(gateway: Gateway, service: str) -> int:
    return int(json.loads((gateway.state / "ports.json").read_text())[service])


def knock(gateway: Gateway, client: str, service: str = "modbus_tcp") -> socket.socket:
    """A connection from this address; it may be reset at once."""
    place = ("127.0.0.1", port(gateway, service))
    return socket.create_connection(place, SOON, source_address=(client, 0))


def served(gateway: Gateway, client: str) -> bool:
    """Whether a Modbus request from this address is answered."""
    try:
        with knock(gateway, client) as channel:
            channel.sendall(READ)
            return len(channel.recv(300)) > 0
    except OSError:
        return False


def refused(gateway: Gateway, client: str, service: str) -> bool:
    """Whether a connection from this address is ended before anything is said."""
    try:
        with knock(gateway, client, service) as channel:
            return channel.recv(1) == b""
    except ConnectionError:
        return True


def cli(gateway: Gateway, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "digigate.cli", "firewall", *arguments]
    done = [*command, "--state", str(gateway.state)]
    return subprocess.run(done, capture_output=True, text=True, timeout=60, check=False)


def by_api(gateway: Gateway) -> Any:
    """What the officer reads; nobody else may."""
    assert gateway.status_of("/api/v1/firewall") == 403
    officer = ApiUser(gateway)
    officer.log_in("cyber", PASSWORD)
    status, answer = officer.reads("/api/v1/firewall")
    assert status == 200
    return answer


def told(gateway: Gateway) -> Any:
    return gateway.order("firewall")


@pytest.mark.manual(290)
def test_with_rules_only_who_is_named_is_served(gateway: Gateway) -> None:
    assert served(gateway, FRIEND)
    assert served(gateway, STRANGER)
    with knock(gateway, STRANGER) as open_before:
        rule = f"ip={FRIEND},protocol=tcp,port={port(gateway, 'modbus_tcp')}"
        done = cli(gateway, "rules", rule, "--keep")
        assert done.returncode == 0, done.stderr
        assert open_before.recv(1) == b""  # cut
    assert served(gateway, FRIEND)
    assert not served(gateway, STRANGER)
    assert refused(gateway, FRIEND, "https")
    assert told(gateway)["services"]["modbus_tcp"]["unlisted"] >= 1
    assert gateway.order("settings", path="firewall.rules")["fields"][0]["value"][0]["ip"] == FRIEND
    assert cli(gateway, "rules", "--keep").returncode == 0
    assert served(gateway, STRANGER)


def test_rules_on_trial_are_shown_and_confirmed(gateway: Gateway) -> None:
    done = cli(gateway, "rules", "ip=127.0.0.*")
    assert "on trial: `digigate firewall confirm` within" in done.stdout
    assert cli(gateway, "confirm").stdout == "the rules stay\n"
    assert told(gateway)["trial_seconds_left"] is None
    assert cli(gateway, "rules", "--keep").returncode == 0


def test_rules_for_outgoing_calls_hold_for_servers_by_name(gateway: Gateway) -> None:
    https = port(gateway, "https")
    allowed, others = f"ip=127.0.0.1,port={https}", f"ip={FRIEND}"
    assert cli(gateway, "rules", others, "--outgoing", "--keep").returncode == 0
    with pytest.raises(Refused, match=r"add a rule for .*127\.0\.0\.1"):
        gateway.order("tls.test", host="localhost", port=https)
    assert cli(gateway, "rules", allowed, others, "--outgoing", "--keep").returncode == 0
    assert gateway.order("tls.test", host="localhost", port=https)["chain"]
    assert cli(gateway, "rules", "--keep").returncode == 0


@pytest.mark.parametrize(
    ("rule", "words"),
    [("ip", "is not understood"), ("ip=1.2.3", "is no IP address"), ("port=0", "is no port")],
)
def test_a_rule_that_makes_no_sense_changes_nothing(
    gateway: Gateway, rule: str, words: str
) -> None:
    done = cli(gateway, "rules", rule)
    assert done.returncode == 1
    assert words in done.stderr
    assert told(gateway)["rules"] == []


def test_only_the_first_ten_rules_are_taken(gateway: Gateway) -> None:
    rules = [{"ip": f"10.0.0.{n}"} for n in range(11)]
    with pytest.raises(Refused, match="at most 10"):
        gateway.order("firewall.rules", rules=rules, keep=True)


def flood(gateway: Gateway) -> bool:
    """Whether the stranger is excluded, once he has sent far too much."""
    with suppress(OSError), knock(gateway, STRANGER) as channel:
        channel.sendall(READ * 5000)
        while channel.recv(65536):
            continue
    return bool(told(gateway)["exclusions"])


@pytest.mark.manual(281, 282, 284)
@pytest.mark.parametrize(
    ("limit", "value", "words"),
    [
        ("requests", 100, "sent more than 100 requests/s"),
        ("kbits", 100, "sent more than 100 kbit/s"),
    ],
)
def test_who_floods_is_shut_out_and_nobody_else(
    gateway: Gateway, limit: str, value: int, words: str
) -> None:
    gateway.order("settings.set", path=f"firewall.{limit}", value=value)
    eventually(lambda: flood(gateway), what="an exclusion")
    (exclusion,) = told(gateway)["exclusions"]
    assert exclusion["client"] == STRANGER
    assert exclusion["reason"].startswith(words)
    gateway.order("settings.reset", path=f"firewall.{limit}")
    assert 0 < exclusion["seconds_left"] <= 30
    assert by_api(gateway)["exclusions"][0]["reason"] == exclusion["reason"]
    assert not served(gateway, STRANGER)
    assert all(served(gateway, FRIEND) for _ in range(20))
    conditions = gateway.get("/api/v1/conditions")["conditions"]
    (condition,) = [c for c in conditions if c["name"] == "client.excluded"]
    assert condition["subject"] == STRANGER
    assert gateway.order("firewall.release", client=STRANGER) == {"released": True}
    assert served(gateway, STRANGER)
