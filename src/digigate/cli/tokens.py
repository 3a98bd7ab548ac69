"""`digigate accounts tokens …`: keys for programs that use the API."""

import argparse
import sys
from typing import Any

from digigate.cli.owner import of_owned, order_as_owner
from digigate.cli.parsers import Subparsers
from digigate.cli.tables import print_table

Options = argparse.Namespace
PROFILES = ("user", "advanced", "admin", "cyber")


def enter(actions: Subparsers) -> None:
    """Add `tokens list|add|revoke`."""
    tokens = actions.add_parser("tokens", help="keys for programs that use the API")
    verbs = tokens.add_subparsers(required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="those that there are")
    listing.set_defaults(act=_list)
    add = verbs.add_parser("add", help="make one; its secret is shown this once")
    add.add_argument("name", help="what it is for, such as scada")
    add.add_argument("--profile", choices=PROFILES, required=True, help="whose rights it has")
    add.add_argument("--days", type=int, default=365, help="until it ends")
    add.add_argument("--read-only", action="store_true", help="it may only look")
    add.set_defaults(act=_add)
    revoke = verbs.add_parser("revoke", help="it opens nothing from now on")
    revoke.add_argument("id", help="as `tokens list` shows it")
    revoke.set_defaults(act=_revoke)
    of_owned(listing, add, revoke)


def _list(options: Options) -> int:
    answer: dict[str, Any] = order_as_owner(options, "tokens")
    rows = [
        (each["id"], each["name"], _rights(each), each["maker"], each["expires"], _used(each))
        for each in answer["tokens"]
    ]
    print_table(("ID", "NAME", "RIGHTS", "MADE BY", "EXPIRES", "LAST USED"), rows)
    if not answer["allowed"]:
        print("policy.api_tokens is off: none of them opens anything", file=sys.stderr)
    return 0


def _rights(token: dict[str, Any]) -> str:
    return f"{token['profile']}, read-only" if token["read_only"] else str(token["profile"])


def _used(token: dict[str, Any]) -> str:
    return str(token["used"] or "never")


def _add(options: Options) -> int:
    answer: dict[str, Any] = order_as_owner(
        options,
        "tokens.add",
        name=options.name,
        profile=options.profile,
        days=options.days,
        read_only=options.read_only,
    )
    print(answer["secret"])
    print("Keep it: it is shown this once. A program sends it as", file=sys.stderr)
    print("  Authorization: Bearer …", file=sys.stderr)
    return 0


def _revoke(options: Options) -> int:
    answer: dict[str, Any] = order_as_owner(options, "tokens.revoke", id=options.id)
    print(f"{answer['name']} opens nothing any more")
    return 0
