"""Looking at the machine: files as they are, files that are missing, and what has changed."""

import asyncio
import socket
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from digigate.services.snmp.mib2.addresses import Address, addresses, kernel_addresses
from digigate.services.snmp.mib2.host import SOCKETS_MAX, HostWatch, Network, look
from digigate.services.snmp.mib2.links import Interface, interface, interfaces

ETH0 = Interface(
    index=4,
    name="eth0",
    kind=1,
    mtu=1400,
    speed=1000,
    mac=bytes.fromhex("02fc00000001"),
    flags=0x1003,
    state="up",
    carrier=True,
    alias="",
    traffic={},
)
FACTS = {
    "ifindex": "4",
    "type": "1",
    "mtu": "1400",
    "speed": "1000",
    "address": "02:fc:00:00:00:01",
    "flags": "0x1003",
    "operstate": "up",
    "carrier": "1",
    "ifalias": "",
}


def _network(*links: Interface) -> Network:
    return Network(interfaces=links)


def test_an_interface_is_what_its_files_say() -> None:
    assert interface("eth0", FACTS, {}) == ETH0


@pytest.mark.parametrize(
    ("facts", "works", "speed"),
    [
        (FACTS, True, 1000),
        (FACTS | {"speed": "-1"}, True, 0),
        (FACTS | {"operstate": "down"}, False, 1000),
        ({"ifindex": "1", "flags": "0x9", "carrier": "1"}, True, 0),  # loopback
        ({"ifindex": "1", "flags": "0x8", "carrier": "1"}, False, 0),
        ({"ifindex": "3", "flags": "0x1003"}, False, 0),  # down: carrier cannot be read
    ],
)
def test_an_interface_works_or_not(facts: dict[str, str], works: bool, speed: int) -> None:
    found = interface("eth0", facts, {})
    assert found is not None
    assert (found.works, found.speed) == (works, speed)


def test_what_has_gone_while_it_was_read_is_none() -> None:
    assert interface("eth0", {}, {}) is None
    assert interface("eth0", {"ifindex": "", "address": "what"}, {}) is None


def test_without_files_everything_is_empty(tmp_path: Path) -> None:
    network = look(tmp_path / "net", tmp_path / "sys")
    assert replace(network, addresses=()) == Network()


def test_files_are_read_wherever_they_are(tmp_path: Path) -> None:
    for name, text in FACTS.items():
        file = tmp_path / "sys" / "eth0" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{text}\n")
    (tmp_path / "sys" / "bonding_masters").write_text("")  # beside the interfaces, and none
    (tmp_path / "udp").write_text(
        "head\n" + "".join(f"{n}: 0100007F:{n:04X} 00000000:0000 07\n" for n in range(2000))
    )
    assert interfaces(tmp_path / "sys", {}) == (ETH0,)
    network = look(tmp_path, tmp_path / "sys")
    assert network.index("eth0") == 4
    assert network.index("eth1") == 0
    assert len(network.udp) == SOCKETS_MAX


def test_this_machine_has_a_loopback_and_its_address() -> None:
    network = look()
    loopback = next(each for each in network.interfaces if each.name == "lo")
    assert loopback.works
    assert Address(bytes((127, 0, 0, 1)), loopback.index, 8, b"") in kernel_addresses()
    assert network.counters["Ip"]["InReceives"] > 0


def test_addresses_of_other_families_are_left_out() -> None:
    def told(family: int, prefix: int, *facts: tuple[int, bytes]) -> bytes:
        head = struct.pack("=BBBBi", family, prefix, 0, 0, 4)
        return head + b"".join(struct.pack("=HH", 4 + len(v), k) + v for k, v in facts)

    own, peer = bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2))
    bodies = [
        told(socket.AF_INET, 30, (1, peer), (2, own)),  # point to point: the peer's, and its own
        told(socket.AF_INET, 24, (1, peer), (4, b"\x0a\0\0\xff")),
        told(socket.AF_INET6, 64, (1, bytes(16))),
        told(socket.AF_INET, 99, (1, own)),
        told(socket.AF_INET, 24),
    ]
    found = addresses(bodies)
    assert [(a.address, a.mask[-1], a.broadcast) for a in found] == [
        (own, 0xFC, b""),
        (peer, 0, b"\x0a\0\0\xff"),
    ]


def test_who_watches_hears_of_what_came_up_or_went_down() -> None:
    uptime = iter((100, 200, 300, 400))
    watch = HostWatch(lambda: next(uptime))
    heard: list[tuple[str, bool]] = []
    down = replace(ETH0, state="down", carrier=False)
    other = replace(ETH0, index=5, name="eth1")
    with watch.watch(lambda link: heard.append((link.name, link.works))):
        watch.take(_network(ETH0))
        assert (watch.changed, watch.changes) == (0, {})
        watch.take(_network(down))
        assert (watch.changed, watch.changes) == (0, {4: 100})
        watch.take(_network(down, other))
        assert (watch.changed, watch.changes) == (200, {4: 100, 5: 200})
        watch.take(_network(other))
        assert (watch.changed, watch.changes) == (300, {5: 200})
    assert heard == [("eth0", False)]


def test_traffic_alone_is_no_change() -> None:
    watch = HostWatch(lambda: 1)
    watch.take(_network(ETH0))
    watch.take(_network(replace(ETH0, traffic={"in.bytes": 7})))
    assert (watch.changed, watch.changes) == (0, {})
    assert watch.network.interfaces[0].traffic == {"in.bytes": 7}


async def test_it_is_ready_once_it_has_looked() -> None:
    watch = HostWatch(lambda: 0, lambda: _network(ETH0))
    looked = asyncio.Event()
    async with asyncio.timeout(10):
        watching = asyncio.create_task(watch.run(looked.set))
        await looked.wait()
        watching.cancel()
    assert watch.network == _network(ETH0)
