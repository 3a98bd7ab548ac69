"""A running gateway whose exclusions the kernel carries out, in a network of their own."""

import json
import socket
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from digigate.firewall.nftables import table_of
from running import Gateway, eventually, free_demo
from running.netns import in_own_network

pytestmark = [pytest.mark.peer("nft"), pytest.mark.peer("ip")]
FRIEND, FLOODER = "127.0.0.2", "127.0.0.3"
READ = bytes.fromhex("000100000006ff03c3500001")
FOREIGN = ("add", "table", "inet", "foreign")
SOON = 0.5
ON = "firewall.mirror_to_nftables"


def nft(*arguments: str) -> Any:
    done = subprocess.run(["nft", "-j", *arguments], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["nftables"] if done.stdout else []


def tables() -> set[str]:
    return {each["table"]["name"] for each in nft("list", "tables") if "table" in each}


def excluded(table: str) -> dict[str, int]:
    """Whom the kernel drops, and for how many seconds at first."""
    found = next(e["set"] for e in nft("list", "set", "inet", table, "excluded4") if "set" in e)
    return {e["elem"]["val"]: e["elem"]["timeout"] for e in found.get("elem", [])}


def reached(gateway: Gateway, client: str) -> bool:
    """Whether the kernel answers a connection from there at all; a reset is an answer."""
    place = ("127.0.0.1", gateway.ports()["modbus_tcp"])
    try:
        socket.create_connection(place, SOON, source_address=(client, 0)).close()
    except TimeoutError:
        return False
    except ConnectionError:
        return True
    return True


def flood(gateway: Gateway) -> None:
    place = ("127.0.0.1", gateway.ports()["modbus_tcp"])
    with suppress(OSError), socket.create_connection(place, 5, (FLOODER, 0)) as channel:
        channel.settimeout(SOON)
        channel.sendall(READ * 3000)
        while channel.recv(65536):
            continue


def mirrored(state: Path) -> None:
    table = table_of(state)
    nft(*FOREIGN)
    with free_demo(state) as gateway:
        assert tables() == {"foreign"}
        gateway.order("settings.set", path="firewall.requests", value=1000)
        gateway.order("settings.set", path=ON, value=True)
        eventually(lambda: table in tables(), what="our table")
        assert gateway.order("firewall")["mirror"]["state"] == "ready"
        flood(gateway)
        eventually(lambda: excluded(table), what="an exclusion in the kernel")
        assert list(excluded(table)) == [FLOODER]
        assert 28 <= excluded(table)[FLOODER] <= 30
        assert not reached(gateway, FLOODER)
        assert reached(gateway, FRIEND)
        with socket.create_server(("127.0.0.1", 0)) as elsewhere:
            socket.create_connection(elsewhere.getsockname(), SOON, (FLOODER, 0)).close()
        nft("flush", "ruleset")
        assert gateway.order("firewall.release", client=FLOODER) == {"released": True}
        eventually(lambda: tables() == {table}, what="our table, which somebody took away")
        assert excluded(table) == {}
        assert reached(gateway, FLOODER)
        nft(*FOREIGN)
        gateway.order("settings.set", path=ON, value=False)
        eventually(lambda: tables() == {"foreign"}, what="the foreign table alone")
        gateway.order("settings.set", path=ON, value=True)
        eventually(lambda: table in tables(), what="our table")
    assert tables() == {"foreign"}


def test_the_kernel_drops_who_is_excluded_and_nothing_else(tmp_path: Path) -> None:
    in_own_network(lambda: mirrored(tmp_path / "state"))
