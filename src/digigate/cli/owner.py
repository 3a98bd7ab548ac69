"""Orders of the owner: to the running gateway, or to what a stopped one has kept."""

import argparse
import asyncio
from pathlib import Path
from typing import Any

from digigate.cli.answers import ask
from digigate.cli.parsers import of_gateway
from digigate.daemon.stopped import order_stopped
from digigate.errors import Unreachable


def of_owned(*parsers: argparse.ArgumentParser) -> None:
    """Let these commands name their gateway, which may be stopped."""
    of_gateway(*parsers)
    for parser in parsers:
        parser.add_argument(
            "--settings", type=Path, metavar="FILE", help="of a stopped one, for its password rule"
        )


def order_as_owner(options: argparse.Namespace, command: str, **arguments: object) -> Any:  # noqa: ANN401 -- JSON
    """The answer of the gateway that the options name, or of its state directory if it is stopped.

    Raises:
        Refused, SettingsError: it said no, or there is no such gateway.
    """
    try:
        return ask(options, command, **arguments)
    except Unreachable:
        return asyncio.run(order_stopped(options.state, command, arguments, options.settings))
