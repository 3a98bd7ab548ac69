"""What the rooms of the command line need of the parser they enter their commands into."""

import argparse
from pathlib import Path
from typing import Protocol

BUSES = ("digiware", "rs485")


class Subparsers(Protocol):
    """What `ArgumentParser.add_subparsers` gives."""

    def add_parser(self, name: str, *, help: str) -> argparse.ArgumentParser:  # noqa: A002
        """Begin a command."""


def of_gateway(*parsers: argparse.ArgumentParser) -> None:
    """Let these commands name the state directory of their gateway."""
    for parser in parsers:
        parser.add_argument(
            "--state", type=Path, default=Path(".demo"), help="state directory of the gateway"
        )
