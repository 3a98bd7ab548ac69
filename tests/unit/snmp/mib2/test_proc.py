"""The texts under /proc/net as several kernels print them, and what is no such text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digigate.services.snmp.mib2.proc import (
    Route,
    Socket,
    counters,
    neighbours,
    routes,
    sockets,
    traffic,
)

KERNEL_2_6_32 = """\
Ip: Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos \
InDiscards InDelivers OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs \
ReasmFails FragOKs FragFails FragCreates
Ip: 2 64 9046 0 3 0 0 0 9043 8420 20 0 0 0 0 0 0 0 0
Icmp: InMsgs InErrors InDestUnreachs InTimeExcds InParmProbs InSrcQuenchs InRedirects InEchos \
InEchoReps InTimestamps InTimestampReps InAddrMasks InAddrMaskReps OutMsgs OutErrors \
OutDestUnreachs OutTimeExcds OutParmProbs OutSrcQuenchs OutRedirects OutEchos OutEchoReps \
OutTimestamps OutTimestampReps OutAddrMasks OutAddrMaskReps
Icmp: 41 1 30 0 0 0 0 11 0 0 0 0 0 42 0 31 0 0 0 0 0 11 0 0 0 0
Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets \
CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts
Tcp: 1 200 120000 -1 20 8 2 1 4 8000 7000 5 0 9
Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors
Udp: 900 31 0 880 0 0
"""
KERNEL_6_18 = """\
Ip: Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos \
InDiscards InDelivers OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs \
ReasmFails FragOKs FragFails FragCreates OutTransmits
Ip: 1 64 17334704 0 0 7 0 0 17334704 17283419 0 0 0 0 0 0 0 0 0 17283419
Icmp: InMsgs InErrors InCsumErrors InDestUnreachs InTimeExcds InParmProbs InSrcQuenchs \
InRedirects InEchos InEchoReps InTimestamps InTimestampReps InAddrMasks InAddrMaskReps OutMsgs \
OutErrors OutRateLimitGlobal OutRateLimitHost OutDestUnreachs OutTimeExcds OutParmProbs \
OutSrcQuenchs OutRedirects OutEchos OutEchoReps OutTimestamps OutTimestampReps OutAddrMasks \
OutAddrMaskReps
Icmp: 41 1 5 30 0 0 0 0 11 0 0 0 0 0 42 0 8 9 31 0 0 0 0 0 11 0 0 0 0
IcmpMsg: InType3 InType8 OutType0 OutType3
IcmpMsg: 30 11 11 31
Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets \
CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors
Tcp: 1 200 120000 -1 65222 63637 378 24017 199 17277141 17227969 1029 0 17849 0
Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors \
IgnoredMulti MemErrors
Udp: 57605 0 0 57611 0 0 0 0 0
UdpLite: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors \
IgnoredMulti MemErrors
UdpLite: 0 0 0 0 0 0 0 0 0
"""
DEVICES = """\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo \
colls carrier compressed
    lo: 3251547021 17160237    0    0    0     0          0         0 3251547021 17160237    0    \
0    0     0       0          0
eth0.10:5000000000  174764    1    2    0     0          0        64 13303015  125885    3    4    \
0     0       0          0
"""
ARP = """\
IP address       HW type     Flags       HW address            Mask     Device
192.0.2.1        0x1         0x2         02:fc:00:00:00:05     *        eth0
192.0.2.9        0x1         0x6         02:fc:00:00:00:09     *        eth0
192.0.2.77       0x1         0x0         00:00:00:00:00:00     *        eth0
"""
ROUTES = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
eth0\t0A0200C0\t010200C0\t0017\t0\t0\t0\tFFFFFFFF\t0\t0\t0
"""
TCP = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1146 1
   1: 00000000:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1147 1
   2: 0100007F:8F0D 0200007F:9C23 08 00000000:00000001 00:00000000 00000000     0        0 1148 1
"""
ANY = b"\0\0\0\0"


@pytest.mark.parametrize(
    ("text", "group", "name", "value"),
    [
        (KERNEL_2_6_32, "Ip", "InAddrErrors", 3),
        (KERNEL_2_6_32, "Icmp", "OutDestUnreachs", 31),
        (KERNEL_6_18, "Icmp", "OutDestUnreachs", 31),
        (KERNEL_2_6_32, "Icmp", "InDestUnreachs", 30),
        (KERNEL_6_18, "Icmp", "InDestUnreachs", 30),
        (KERNEL_2_6_32, "Tcp", "MaxConn", -1),
        (KERNEL_6_18, "Tcp", "OutRsts", 17849),
        (KERNEL_6_18, "Udp", "OutDatagrams", 57611),
        (KERNEL_6_18, "Ip", "Forwarding", 1),
    ],
)
def test_counters_go_by_the_names_that_each_kernel_prints(
    text: str, group: str, name: str, value: int
) -> None:
    assert counters(text)[group][name] == value


def test_traffic_goes_by_interface_and_direction() -> None:
    found = traffic(DEVICES)
    assert set(found) == {"lo", "eth0.10"}
    assert found["eth0.10"]["in.bytes"] == 5_000_000_000
    assert [found["eth0.10"][f"in.{name}"] for name in ("errs", "drop", "multicast")] == [1, 2, 64]
    assert [found["eth0.10"][f"out.{name}"] for name in ("packets", "drop")] == [125885, 4]


def test_neighbours_that_have_not_answered_are_none() -> None:
    found = neighbours(ARP)
    assert [(n.address[-1], n.mac[-1], n.permanent) for n in found] == [(1, 5, False), (9, 9, True)]
    assert {n.device for n in found} == {"eth0"}


def test_routes_have_their_octets_in_the_order_of_the_network() -> None:
    gateway = bytes((192, 0, 2, 1))
    assert routes(ROUTES) == (
        Route(ANY, ANY, gateway, "eth0", 100, redirected=False),
        Route(bytes((192, 0, 2, 0)), b"\xff\xff\xff\0", ANY, "eth0", 0, redirected=False),
        Route(bytes((192, 0, 2, 10)), b"\xff" * 4, gateway, "eth0", 0, redirected=True),
    )


def test_sockets_are_told_once_and_only_so_many() -> None:
    listening = Socket(ANY, 2024, ANY, 0, 10)
    waiting = Socket(bytes((127, 0, 0, 1)), 0x8F0D, bytes((127, 0, 0, 2)), 0x9C23, 8)
    assert sockets(TCP.splitlines(), 10) == (listening, waiting)
    assert sockets(TCP.splitlines(), 2) == (listening,)


@given(st.text() | st.lists(st.sampled_from([*TCP, *ARP, "\n", ":", "\t"])).map("".join))
def test_what_is_no_such_text_says_nothing_and_raises_nothing(text: str) -> None:
    assert sockets(text.splitlines(), 10) == () or ":" in text
    for read in (counters, traffic, neighbours, routes):
        assert read("") in ({}, ())
        read(text)


@pytest.mark.parametrize("text", [KERNEL_6_18, DEVICES, ARP, ROUTES, TCP])
def test_a_text_that_is_cut_off_anywhere_tells_what_it_has(text: str) -> None:
    for end in range(0, len(text), 7):
        for read in (counters, traffic, neighbours, routes):
            read(text[:end])
        sockets(text[:end].splitlines(), 10)
