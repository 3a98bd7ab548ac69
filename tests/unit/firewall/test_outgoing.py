"""Servers that the gateway calls: their addresses are compared, however they are named."""

import pytest

from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import SettingsError, Unreachable
from digigate.firewall import Gate
from digigate.firewall.outgoing import admitted
from digigate.settings.sections import Firewall, FirewallRule


def gate(ip: str, *, outgoing: bool = True) -> Gate:
    rules = (FirewallRule(ip=ip, protocol="tcp", port="465"),)
    return Gate(Firewall(rules=rules, outgoing=outgoing), Conditions(Clock()))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::ffff:127.0.0.1", "LOCALHOST"])
async def test_a_name_is_what_it_resolves_to(host: str) -> None:
    assert await admitted(gate("127.0.0.1"), host, 465) == "127.0.0.1"
    with pytest.raises(SettingsError, match=r"add a rule for .*127\.0\.0\.1"):
        await admitted(gate("127.0.0.2"), host, 465)


async def test_protocol_and_port_count() -> None:
    for port, protocol in ((466, "tcp"), (465, "udp")):
        with pytest.raises(SettingsError, match=f"localhost at {protocol} port {port}"):
            await admitted(gate("127.0.0.*"), "localhost", port, protocol)  # type: ignore[arg-type]


async def test_where_the_rules_do_not_ask_nothing_is_resolved() -> None:
    assert await admitted(gate("10.0.0.1", outgoing=False), "host.invalid", 1) == "host.invalid"
    no_rules = Gate(Firewall(outgoing=True), Conditions(Clock()))
    assert await admitted(no_rules, "host.invalid", 1) == "host.invalid"


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 64])
async def test_a_name_without_an_address_is_said(host: str) -> None:
    with pytest.raises(Unreachable, match="has no address"):
        await admitted(gate("10.0.0.1"), host, 465)
