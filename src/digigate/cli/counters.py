"""`digigate reset`: begin what a slave has counted anew."""

import argparse

from digigate.cli.answers import Answer, ask
from digigate.cli.parsers import Subparsers, of_gateway
from digigate.cli.tables import print_table


def enter(commands: Subparsers) -> None:
    """Add `reset`."""
    reset = commands.add_parser("reset", help="begin energies, hours, extremes of a slave anew")
    reset.add_argument("address", type=int, metavar="ADDRESS")
    reset.add_argument(
        "counters", nargs="*", metavar="COUNTER", help="default: show which there are"
    )
    reset.add_argument("--load", type=int, metavar="N", help="of this load only")
    reset.add_argument("--yes", action="store_true", help="agree: what they counted is lost")
    of_gateway(reset)
    reset.set_defaults(act=_reset)


def _reset(options: argparse.Namespace) -> int:
    which = {"address": options.address, "load": options.load}
    if not options.counters:
        return _list(ask(options, "counters", **which))
    answer = ask(options, "counters.reset", **which, counters=options.counters, agreed=options.yes)
    for step in answer["steps"]:
        print(f"{step['key']}: {step['fault'] or step['after'] or 'not done'}")
    if answer["fault"]:
        print(answer["fault"])
    return 0 if answer["done"] else 1


def _list(answer: Answer) -> int:
    rows = [
        (counter["name"], ", ".join(str(load) for load in counter["loads"] if load))
        for counter in answer["counters"]
    ]
    print_table(("COUNTER", "LOADS"), rows)
    return 0
