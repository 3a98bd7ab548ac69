"""The `digigate` program: run the gateway, look at it, check what it is given.

A room is imported when one of its commands is given: what only asks a running gateway starts
without the rest of the house.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from digigate import __version__
from digigate.errors import DigigateError

ROOMS = {
    "run": ("run", "demo"),
    "check": ("check",),
    "control": ("ports", "status", "clock", "reboot", "factory-reset"),
    "detect": ("detect", "panel", "identify", "button"),
    "topology": ("topology",),
    "settings": ("settings",),
    "accounts": ("accounts",),
    "audit": ("audit",),
    "firewall": ("firewall",),
    "certificates": ("certificates", "authorities"),
    "backup": ("backup", "restore", "vault"),
    "catalogue": ("catalogue",),
    "sniff": ("sniff",),
    "replay": ("replay",),
    "scan": ("scan",),
    "slave": ("read", "write", "broadcast"),
    "configure": ("configure", "clocks"),
    "firmware": ("firmware",),
    "counters": ("reset",),
    "snmp": ("snmp",),
}
"""Who enters which commands."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 good, 1 refused or failed, 2 misused."""
    given = sys.argv[1:] if arguments is None else arguments
    options = _parser(given).parse_args(given)
    try:
        code: int = options.act(options)
    except DigigateError as error:
        print(f"digigate: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has gone: `digigate … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def rooms_of(command: str) -> list[str]:
    """The room of this command; all of them where none is called so."""
    return [room for room, names in ROOMS.items() if command in names] or list(ROOMS)


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="digigate",
        description="Gateway for SOCOMEC energy meters: two Modbus RTU buses to Ethernet.",
    )
    parser.add_argument("--version", action="version", version=f"digigate {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for room in rooms_of(given[0] if given else ""):
        import_module(f"digigate.cli.{room}").enter(commands)
    return parser
