"""`digigate audit`: who ordered what, newest first."""

import argparse
import json
from typing import Any

from digigate.cli.answers import ask
from digigate.cli.parsers import Subparsers, of_gateway
from digigate.cli.tables import print_table

Options = argparse.Namespace
SHOWN = ("time", "who", "client", "what", "outcome")


def enter(commands: Subparsers) -> None:
    """Add `audit`."""
    audit = commands.add_parser("audit", help="who ordered what, from where, and what came of it")
    audit.add_argument("--count", type=int, default=50, help="lines at most")
    audit.add_argument("--who", default="", help="only this caller's, such as admin or owner")
    audit.add_argument("--json", action="store_true", help="print the lines as they are kept")
    of_gateway(audit)
    audit.set_defaults(act=_audit)


def _audit(options: Options) -> int:
    lines: Any = ask(options, "audit", count=options.count, who=options.who)
    if options.json:
        for line in lines:
            print(json.dumps(line))
        return 0
    rows = [tuple(line[name] for name in SHOWN) for line in lines]
    print_table(("TIME", "WHO", "FROM", "WHAT", "OUTCOME"), rows)
    return 0
