"""The `digigate` program: run the gateway, look at it, check what it is given."""

import argparse
import os
import sys
from collections.abc import Sequence

from digigate import __version__
from digigate.cli import (
    accounts,
    audit,
    backup,
    catalogue,
    certificates,
    check,
    configure,
    control,
    detect,
    firewall,
    firmware,
    replay,
    run,
    scan,
    settings,
    slave,
    sniff,
    topology,
)
from digigate.errors import DigigateError

ROOMS = (
    backup,
    run,
    check,
    control,
    detect,
    topology,
    settings,
    accounts,
    audit,
    firewall,
    certificates,
    catalogue,
    sniff,
    replay,
    scan,
    slave,
    configure,
    firmware,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 good, 1 refused or failed, 2 misused."""
    options = _parser().parse_args(arguments)
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="digigate",
        description="Gateway for SOCOMEC energy meters: two Modbus RTU buses to Ethernet.",
    )
    parser.add_argument("--version", action="version", version=f"digigate {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for room in ROOMS:
        room.enter(commands)
    return parser
