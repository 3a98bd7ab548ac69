"""The mirror in the kernel: what it is told, and what is said where it cannot be told anything."""

import asyncio
import os
from pathlib import Path

import pytest

from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import HostError, SettingsError
from digigate.firewall import Gate
from digigate.firewall.neighbours import Neighbours
from digigate.firewall.nftables import Mirror, Nftables, gone, table_of, wholly
from digigate.firewall.rules import Door
from digigate.settings.sections import Firewall
from fieldbus import eventually

HTTPS, SNMP = Door("https", "tcp", 443), Door("snmp", "udp", 161)


def program(folder: Path, text: str) -> Nftables:
    """Something that stands where `nft` should."""
    path = folder / "nft"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return Nftables(str(path))


@pytest.fixture
def gate() -> Gate:
    limits = Firewall(requests=5)
    neighbours = Neighbours(lambda: 0.0, dict)
    return Gate(limits, Conditions(Clock()), lambda: 0.0, lambda *_: None, neighbours)


def test_the_table_holds_who_is_excluded_and_our_ports_alone() -> None:
    crowd = [("10.0.0.9", 29.5), ("2001:db8::9", 0.0001), ("fe80::9%eth0", 30.0)]
    script = wholly("digigate_1", crowd, [SNMP, HTTPS, HTTPS])
    assert script.startswith(gone("digigate_1"))
    assert "{ 10.0.0.9 timeout 29500ms }" in script
    assert "{ 2001:db8::9 timeout 1ms }" in script
    assert "{ tcp . 443, udp . 161 }" in script
    assert "fe80" not in script
    assert "elements" not in wholly("digigate_1", [], [])


def test_each_gateway_has_a_table_of_its_own(tmp_path: Path) -> None:
    assert table_of(tmp_path) == table_of(tmp_path / "." / "x" / "..")
    assert table_of(tmp_path) != table_of(tmp_path / "other")


@pytest.mark.peer("nft")
@pytest.mark.parametrize(
    ("script", "error", "words"),
    [
        (
            gone("digigate_test"),
            SettingsError,
            "CAP_NET_ADMIN.*set firewall.mirror_to_nftables to false",
        ),
        ("nonsense", HostError, "refused the table of the excluded: .*syntax error"),
    ],
)
async def test_what_nft_complains_of_is_said(
    tmp_path: Path, script: str, error: type[Exception], words: str
) -> None:
    bereft = "setpriv --reuid 65534 --bounding-set -all " if os.geteuid() == 0 else ""
    with pytest.raises(error, match=words):
        await program(tmp_path, f'exec {bereft}nft "$@"').carry_out(script)


async def test_a_program_that_is_missing_or_may_not_run_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="apt-get install nftables"):
        await Nftables(str(tmp_path / "nft")).carry_out("")
    (tmp_path / "nft").touch(mode=0o644)
    with pytest.raises(SettingsError, match="CAP_NET_ADMIN"):
        await Nftables(str(tmp_path / "nft")).carry_out("")


async def test_a_program_that_hangs_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digigate.firewall.nftables.PATIENCE", 0.05)
    with pytest.raises(HostError, match="longer than"):
        await program(tmp_path, "exec sleep 60").carry_out("")


async def test_a_crowd_costs_few_writes_and_the_end_takes_the_table_away(
    tmp_path: Path, gate: Gate
) -> None:
    told = tmp_path / "told"
    nftables = program(tmp_path, f"echo ------ >> {told}; exec cat >> {told}")
    running = asyncio.create_task(Mirror(gate, "digigate_1", nftables).run(lambda: None))

    def scripts() -> list[str]:
        return told.read_text().split("------\n")[1:] if told.exists() else []

    await eventually(lambda: len(scripts()) == 1)
    for number in range(200):
        gate.spend(f"10.0.0.{number}", 10)
    await eventually(lambda: "10.0.0.199 timeout 30000ms" in scripts()[-1])
    assert len(scripts()) <= 3
    gate.release("10.0.0.7")
    await eventually(lambda: "10.0.0.7 " not in scripts()[-1] and "10.0.0.8 " in scripts()[-1])
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert scripts()[-1] == gone("digigate_1")
