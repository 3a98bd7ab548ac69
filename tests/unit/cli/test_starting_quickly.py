"""A command imports its own room: who only asks a running gateway does not wait for the house."""

import argparse
import subprocess
import sys
from importlib import import_module

import pytest

from digigate.cli import ROOMS, rooms_of

ASKING = ("control", "detect", "topology", "settings", "audit", "firewall",
          "certificates", "scan", "slave", "configure", "counters", "snmp")  # fmt: skip
HEAVY = ("pydantic", "yaml", "aiohttp", "asyncio", "cryptography", "digigate.daemon")

LOOK = """
import sys
from importlib import import_module
for room in sys.argv[1].split():
    import_module(f"digigate.cli.{room}")
print(*sorted(sys.modules))
"""


@pytest.mark.parametrize("room", ROOMS)
def test_the_table_says_who_enters_which_commands(room: str) -> None:
    commands = argparse.ArgumentParser().add_subparsers()
    import_module(f"digigate.cli.{room}").enter(commands)
    assert tuple(commands.choices) == ROOMS[room]


def test_a_command_is_found_in_its_room_and_anything_else_in_all() -> None:
    assert rooms_of("clocks") == ["configure"]
    assert rooms_of("--help") == rooms_of("") == list(ROOMS)


def test_who_asks_a_gateway_imports_nothing_heavy() -> None:
    look = [sys.executable, "-c", LOOK, " ".join(ASKING)]
    done = subprocess.run(look, capture_output=True, text=True, check=True, timeout=60)
    assert set(HEAVY).isdisjoint(done.stdout.split())
