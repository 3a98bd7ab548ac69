"""The white list: who may knock where, and what the kernel says of neighbours."""

import struct

import pytest
from pydantic import ValidationError

from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.firewall import Gate
from digigate.firewall.gate import Tally
from digigate.firewall.neighbours import Neighbours, kernel_table, neighbour
from digigate.firewall.rules import Door
from digigate.settings.sections import Firewall, FirewallRule

HTTPS, MODBUS, SNMP = (
    Door("https", "tcp", 443), Door("modbus_tcp", "tcp", 502), Door("snmp", "udp", 161),
)  # fmt: skip
MACS = {"192.168.0.7": "00:1a:2b:3c:4d:5e", "192.168.0.8": "00:1a:2b:3c:4d:5f"}
NOW = 1000.0


def gate(*rules: FirewallRule, outgoing: bool = False) -> Gate:
    firewall = Firewall(rules=rules, outgoing=outgoing, requests=5)
    neighbours = Neighbours(lambda: NOW, lambda: MACS)
    return Gate(firewall, Conditions(Clock()), lambda: NOW, lambda *_: None, neighbours)


def rule(**fields: str) -> FirewallRule:
    return FirewallRule.model_validate(fields)


def test_without_rules_everybody_knocks() -> None:
    assert gate().admits_connection("203.0.113.9", HTTPS)
    assert not gate().names("203.0.113.9", "tcp", 443)


@pytest.mark.manual(289)
def test_stars_stand_for_numbers_of_an_address() -> None:
    door = gate(rule(ip="192.168.*.*"))
    assert door.admits_connection("192.168.7.9", HTTPS)
    assert not door.admits_connection("192.169.0.1", HTTPS)
    assert not door.admits_connection("2001:db8::1", HTTPS)


@pytest.mark.manual(288)
def test_a_star_as_mac_lets_every_mac_in() -> None:
    door = gate(rule(mac="*", ip="192.168.0.*"))
    assert door.admits_connection("192.168.0.7", HTTPS)
    assert door.admits_connection("192.168.0.99", HTTPS)  # no neighbour at all


def test_a_mac_lets_its_owner_in_and_nobody_else() -> None:
    door = gate(rule(mac="00-1A-2B-3C-4D-5E"))
    assert door.admits_connection("192.168.0.7", HTTPS)
    assert not door.admits_connection("192.168.0.8", HTTPS)
    assert not door.admits_connection("10.0.0.1", HTTPS)


@pytest.mark.manual(286)
def test_each_of_the_four_fields_counts() -> None:
    door = gate(rule(mac=MACS["192.168.0.7"], ip="192.168.0.7", protocol="tcp", port="502"))
    assert door.admits_connection("192.168.0.7", MODBUS)
    assert not door.admits_connection("192.168.0.7", HTTPS)
    assert not door.admits_datagram("192.168.0.7", SNMP, 50)
    assert not door.admits_connection("192.168.0.8", MODBUS)


def test_any_rule_will_do() -> None:
    door = gate(rule(ip="10.0.0.1", port="443"), rule(protocol="udp"))
    assert door.admits_connection("10.0.0.1", HTTPS)
    assert door.admits_datagram("10.0.0.9", SNMP, 50)
    assert not door.admits_connection("10.0.0.9", HTTPS)


def test_a_rule_admits_and_never_exempts() -> None:
    door = gate(rule(ip="10.0.0.1"))
    for _ in range(5):
        assert door.admits_connection("10.0.0.1", HTTPS)
    assert not door.admits_connection("10.0.0.1", HTTPS)
    assert [exclusion.client for exclusion in door.exclusions()] == ["10.0.0.1"]


def test_new_rules_act_at_once() -> None:
    door = gate(rule(ip="10.0.0.1"))
    assert not door.admits_connection("10.0.0.2", HTTPS)
    door.apply(Firewall(rules=(rule(ip="10.0.0.2"),)))
    assert door.admits_connection("10.0.0.2", HTTPS)
    assert not door.admits_connection("10.0.0.1", HTTPS)


def test_what_the_gateway_calls_obeys_the_rules_only_where_they_say_so() -> None:
    assert gate(rule(ip="10.0.0.1")).admits_outgoing("203.0.113.9", "tcp", 465)
    strict = gate(rule(ip="10.0.0.1"), outgoing=True)
    assert strict.admits_outgoing("10.0.0.1", "tcp", 465)
    assert not strict.admits_outgoing("203.0.113.9", "tcp", 465)
    assert gate(outgoing=True).admits_outgoing("203.0.113.9", "tcp", 465)


def test_what_happens_at_each_door_is_counted() -> None:
    door = gate(rule(ip="10.0.0.1"))
    door.admits_connection("10.0.0.1", HTTPS)
    door.admits_connection("10.0.0.2", HTTPS)
    door.spend("10.0.0.1", 100)
    door.admits_connection("10.0.0.1", HTTPS)
    assert door.tallies()["https"] == Tally(admitted=1, unlisted=1, refused=1)
    assert door.excluded == 1


def test_the_request_that_exceeds_a_limit_is_counted_too() -> None:
    door = gate()
    for _ in range(7):
        door.admits_datagram("10.0.0.1", SNMP, 50)
    assert door.tallies()["snmp"] == Tally(admitted=5, refused=2)


def test_an_exclusion_tells_the_mac_where_there_is_one() -> None:
    door = gate()
    door.spend("192.168.0.7", 100)
    (exclusion,) = door.exclusions()
    assert exclusion.mac == MACS["192.168.0.7"]
    assert exclusion.reason.endswith("MAC 00:1a:2b:3c:4d:5e")
    assert door.release("192.168.0.7")
    assert door.exclusions() == ()
    assert not door.release("192.168.0.7")


def test_what_was_said_is_not_remembered_without_end() -> None:
    door = gate(rule(ip="10.0.0.1"))
    for number in range(5000):
        door.admits_connection(f"2001:db8::{number:x}", HTTPS)
    assert len(door._white._said) <= 4096


@pytest.mark.manual(287)
def test_an_eleventh_rule_is_refused() -> None:
    Firewall(rules=(rule(),) * 10)
    with pytest.raises(ValidationError, match="at most 10 items"):
        Firewall(rules=(rule(),) * 11)


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("mac", "00:1a:2b:3c:4d", "is no MAC address; write one such as"),
        ("ip", "192.168.0", "is no IP address; write one such as"),
        ("ip", "192.168.0.256", "is no IP address"),
        ("ip", "192.168.*", "is no IP address"),
        ("ip", "192.168.*.300", "is no IP address"),
        ("port", "70000", "is no port; write a number from 1 to 65535"),
        ("port", "https", "is no port"),
        ("protocol", "icmp", "'tcp' or 'udp'"),
    ],
)
def test_a_wrong_rule_says_what_to_write(field: str, text: str, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        rule(**{field: text})


def test_rules_are_kept_in_one_form() -> None:
    assert rule(ip="2001:DB8::0:1").ip == "2001:db8::1"
    assert rule(mac="AA-BB-CC-DD-EE-FF").mac == "aa:bb:cc:dd:ee:ff"
    assert FirewallRule.model_validate({"port": 502}).port == "502"


def test_the_kernel_is_not_asked_by_every_knock() -> None:
    now, asked = [0.0], [0]

    def read() -> dict[str, str]:
        asked[0] += 1
        return MACS

    neighbours = Neighbours(lambda: now[0], read)
    for seconds, times in ((0.0, 1), (0.4, 1), (0.6, 2)):
        now[0] = seconds
        assert neighbours.mac_of("192.168.0.7") == MACS["192.168.0.7"]
        assert asked[0] == times


def test_a_neighbour_that_appears_is_let_in_within_a_second() -> None:
    now, table = [NOW], dict[str, str]()
    firewall = Firewall(rules=(rule(mac=MACS["192.168.0.7"]),), requests=1000)
    neighbours = Neighbours(lambda: now[0], lambda: dict(table))
    door = Gate(firewall, Conditions(Clock()), lambda: now[0], lambda *_: None, neighbours)
    assert not door.admits_connection("192.168.0.7", HTTPS)
    table |= MACS
    waited = 0.0
    while not door.admits_connection("192.168.0.7", HTTPS):
        waited += 0.1
        now[0] += 0.1
    assert waited <= 1.1


def test_an_address_counts_however_it_is_written() -> None:
    door = gate(rule(ip="::ffff:10.0.0.1"), rule(ip="FE80::1"))
    assert door.admits_connection("10.0.0.1", HTTPS)
    assert door.admits_connection("fe80::1%eth0", HTTPS)
    assert not door.admits_connection("fe80::2%eth0", HTTPS)


def _entry(state: int, address: bytes, mac: bytes) -> bytes:
    """A neighbour as the kernel writes one (rtnetlink(7))."""
    attributes = b"".join(
        struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)
        for kind, value in ((1, address), (2, mac))
    )
    return struct.pack("=BxxxiHBB", 2, 1, state, 0, 1) + attributes


@pytest.mark.parametrize(
    ("state", "address", "mac", "told"),
    [
        (2, bytes([192, 168, 0, 7]), bytes(range(6)), ("192.168.0.7", "00:01:02:03:04:05")),
        (4, bytes(15) + b"\1", bytes(range(6)), ("::1", "00:01:02:03:04:05")),
        (0x20, bytes([192, 168, 0, 7]), bytes(range(6)), None),
        (0x40, bytes(15) + b"\1", bytes(6), None),
        (2, bytes([192, 168, 0, 7]), b"", None),
    ],
)
def test_an_entry_of_the_kernel(
    state: int, address: bytes, mac: bytes, told: tuple[str, str] | None
) -> None:
    assert neighbour(_entry(state, address, mac)) == told


def test_this_kernel_answers() -> None:
    for address, mac in kernel_table().items():
        assert address
        assert len(mac) == 17
