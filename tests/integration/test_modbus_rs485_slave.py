"""RS485 as slave (§8.2.2): an RTU master reads the gateway and its Digiware slaves."""

import os
import re
import select
import signal
import subprocess
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import yaml

from digigate.bus.frames import build
from digigate.errors import Refused
from fieldbus.hub import Hub
from running import eventually
from running.commissioned import ABSENT, METER, NEIGHBOURS, OWN, Site, commissioned
from running.simulator import ctl

pytestmark = pytest.mark.timed

SOCO = b"\x03\xc3\x50\x00\x04"
IDENTIFY = b"\x03\xc3\x50\x00\x42"
SOCO_SAID = b"\x03\x08\0S\0O\0C\0O"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with commissioned(tmp_path_factory.mktemp("site")) as site:
        yield site


class Master:
    """A master that says frames and hears what comes back, on its end of the line."""

    def __init__(self, device: str) -> None:
        self._descriptor = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self._descriptor)

    def close(self) -> None:
        os.close(self._descriptor)

    def ask(self, frame: bytes, length: int, within: float = 2.0) -> bytes:
        """What is heard until so many octets have come, or nothing more does."""
        os.write(self._descriptor, frame)
        heard, deadline = b"", time.monotonic() + within
        while len(heard) < length and (left := deadline - time.monotonic()) > 0:
            if select.select([self._descriptor], [], [], left)[0]:
                heard += os.read(self._descriptor, 4096)
        return heard


@contextmanager
def master(site: Site) -> Iterator[Master]:
    found = Master(site.hub.devices["master"])
    try:
        yield found
    finally:
        found.close()


@pytest.mark.peer("mbpoll")
@pytest.mark.manual(33)
def test_mbpoll_reads_the_gateway_and_its_digiware_slaves_through_rs485(site: Site) -> None:
    soco = [ord(letter) for letter in "SOCO"]
    assert {unit: site.mbpoll(unit, 50000, 4) for unit in (OWN, METER, ABSENT)} == {
        OWN: soco, METER: soco, ABSENT: [],
    }  # fmt: skip
    assert site.mbpoll(OWN, 21300, 2) == [METER, 1]
    ctl(site.control, "clock", "freeze=true")
    try:
        truth = round(ctl(site.control, "truth", str(METER), "1")["current.i1"] * 1000)

        def same() -> bool:
            return site.mbpoll(METER, 18458, 2) == list(divmod(truth, 0x10000))

        eventually(same, what="the current of the simulator")
    finally:
        ctl(site.control, "clock", "freeze=false")
    assert site.service("digiware")["state"] == "ready"


@pytest.mark.peer("mbpoll")
def test_200_requests_of_mbpoll_beside_other_slaves(site: Site) -> None:
    """Four slaves in turn, two of them ours: every one answers, and nobody speaks unasked."""
    before = len(site.hub.log)
    units = f"{OWN},{METER},{NEIGHBOURS[0]},{NEIGHBOURS[1]}"
    command = ["mbpoll", "-m", "rtu", "-b", "38400", "-P", "none", "-a", units, "-0", "-r", "50000"]
    command += ["-c", "4", "-l", "20", "-o", "3", site.hub.devices["master"]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            eventually(lambda: _asked(site.hub, before) > 200, what="200 requests")
        finally:
            process.send_signal(signal.SIGINT)
            out = process.communicate(timeout=30)[0].decode()
    sent, received, errors = map(int, re.findall(r"(\d+) (?:frames|received|errors)", out)[:3])
    assert received >= max(200, sent - 1), out  # the last one was under way at the end
    assert errors == 0, out
    assert _strays(site.hub, before) == []


def test_200_requests_among_neighbours_with_answers_of_any_length(site: Site) -> None:
    before, own = len(site.hub.log), build(OWN, SOCO_SAID)
    with master(site) as line:
        for turn in range(200):
            count = (1, 2, 120)[turn % 3]  # answers of 7, 9 and 245 octets
            read = b"\x03\0\0" + count.to_bytes(2, "big")
            assert len(line.ask(build(NEIGHBOURS[turn % 2], read), 5 + 2 * count)) == 5 + 2 * count
            assert line.ask(build(OWN, SOCO), len(own)) == own, turn
    assert _strays(site.hub, before) == []


def test_noise_makes_it_neither_loud_nor_deaf(site: Site) -> None:
    before, own = len(site.hub.log), build(OWN, SOCO_SAID)
    noise = (b"\xff" * 300, build(OWN, SOCO)[:5], build(ABSENT, SOCO), b"\x0c\x03", b"\0" * 9)
    with master(site) as line:
        for octets in noise:
            assert line.ask(octets, 1, within=0.3) == b""
            assert line.ask(build(OWN, SOCO), len(own)) == own
    assert _strays(site.hub, before) == []


def test_a_slave_that_does_not_answer_is_said_and_one_that_is_not_there_is_not(site: Site) -> None:
    ctl(site.control, "slave", "off", str(METER))
    try:
        eventually(lambda: site.gateway.order("status")["slaves"][str(METER)] == "silent")
        with master(site) as line:
            assert line.ask(build(METER, SOCO), 5) == build(METER, b"\x83\x0b")
            assert line.ask(build(ABSENT, SOCO), 1, within=0.5) == b""
    finally:
        ctl(site.control, "slave", "on", str(METER))
    eventually(lambda: site.gateway.order("status")["slaves"][str(METER)] == "online", 90)


@pytest.mark.peer("mbpoll")
@pytest.mark.manual(170, 260)
def test_the_policy_closes_the_port_at_once(site: Site) -> None:
    assert site.mbpoll(OWN, 50000, 1)
    site.change(policy={"rs485_slave": False})
    try:
        eventually(lambda: site.service("rs485_slave")["state"] == "off", what="off")
        assert "policy.rs485_slave" in site.service("rs485_slave")["reason"]
        assert site.mbpoll(OWN, 50000, 1) == []
        assert site.gateway.mbpoll(255, 50000, 1) == [ord("S")]
    finally:
        site.change(policy={})
    assert eventually(lambda: site.mbpoll(OWN, 50000, 1)) == [ord("S")]


@pytest.mark.peer("mbpoll")
@pytest.mark.manual(31)
def test_the_port_is_turned_round_and_back(site: Site) -> None:
    """As master the gateway asks what hangs on the line; as slave it never does."""
    rs485 = {"port": site.hub.devices["gateway"]}
    buses = yaml.safe_load(site.settings.read_text())["buses"]
    before = len(site.hub.log)
    site.change(buses=buses | {"rs485": rs485 | {"role": "master"}})
    try:
        eventually(lambda: site.service("rs485_slave")["state"] == "off", what="no slave")
        eventually(lambda: _bus(site, "rs485") == "up", what="a master")
        assert site.mbpoll(OWN, 50000, 1) == []
        assert _strays(site.hub, before) == []
        meter = {"address": NEIGHBOURS[0], "model": "countis-e24", "bus": "rs485"}
        site.gateway.order("topology.add", **meter)
        asked = build(NEIGHBOURS[0], IDENTIFY)
        eventually(lambda: asked in site.hub.said("gateway"), what="a question of the master's")
        site.gateway.order("topology.remove", address=NEIGHBOURS[0])
    finally:
        site.change(buses=buses | {"rs485": rs485 | {"role": "slave"}})
    assert eventually(lambda: site.mbpoll(OWN, 50000, 1)) == [ord("S")]
    assert _bus(site, "rs485") == "slave"


@pytest.mark.manual(34)
def test_only_one_role_can_be_saved(site: Site) -> None:
    for wrong in (["master", "slave"], "both", ""):
        with pytest.raises(Refused, match=r"master \| slave"):
            site.gateway.order("settings.set", path="buses.rs485.role", value=wrong)
    assert "role: slave" in site.settings.read_text()
    for role in ("master", "slave"):
        site.gateway.order("settings.set", path="buses.rs485.role", value=role)
        assert f"role: {role}" in site.settings.read_text()
        _until_bus(site, "slave" if role == "slave" else "up")


def _until_bus(site: Site, state: str) -> None:
    eventually(lambda: _bus(site, "rs485") == state, what=f"rs485 {state}")


def _bus(site: Site, name: str) -> str:
    buses = site.gateway.order("status")["buses"]
    return next(str(bus["state"]) for bus in buses if bus["name"] == name)


def _asked(hub: Hub, since: int) -> int:
    return sum(who == "master" for _, who, _ in tuple(hub.log)[since:])


def _strays(hub: Hub, since: int) -> list[bytes]:
    """What the gateway said that is no answer to what the master had just asked of its units."""
    strays, asked = [], b""
    for who, data in _sayings(hub, since):
        if who == "gateway":
            request = asked[-8:]  # behind whatever noise
            ours = request[:1] in (bytes((OWN,)), bytes((METER,)))
            if not ours or data[:1] != request[:1] or data[1] & 0x7F != request[1]:
                strays.append(data)
            asked = b""
        else:
            asked = data if who == "master" else b""
    return strays


def _sayings(hub: Hub, since: int) -> list[tuple[str, bytes]]:
    """The log with what one end said in several pieces put together."""
    joined: list[tuple[str, bytes]] = []
    for _, who, data in tuple(hub.log)[since:]:
        if joined and joined[-1][0] == who:
            joined[-1] = (who, joined[-1][1] + data)
        else:
            joined.append((who, data))
    return joined
