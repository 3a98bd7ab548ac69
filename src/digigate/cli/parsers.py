"""What the rooms of the command line need of the parser they enter their commands into."""

import argparse
from typing import Protocol

BUSES = ("digiware", "rs485")


class Subparsers(Protocol):
    """What `ArgumentParser.add_subparsers` gives."""

    def add_parser(self, name: str, *, help: str) -> argparse.ArgumentParser:  # noqa: A002
        """Begin a command."""
