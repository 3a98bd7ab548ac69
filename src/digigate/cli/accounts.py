"""`digigate accounts …`: passwords and locks, for an owner who is locked out too."""

import argparse
import sys
from typing import Any

from digigate.cli import tokens
from digigate.cli.owner import of_owned, order_as_owner
from digigate.cli.parsers import Subparsers
from digigate.cli.prompts import secret
from digigate.cli.tables import print_table

Options = argparse.Namespace
PROFILES = ("advanced", "totem", "admin", "cyber")


def enter(commands: Subparsers) -> None:
    """Add `accounts list|password|unlock|enable|disable|passphrase|tokens`."""
    accounts = commands.add_parser("accounts", help="profiles, their passwords and locks")
    actions = accounts.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="how each account is")
    listing.set_defaults(act=_list)
    password = actions.add_parser("password", help="give a profile a new password")
    password.add_argument("profile", choices=PROFILES)
    password.add_argument("--stdin", action="store_true", help="read it from standard input")
    password.set_defaults(act=_password)
    unlock = actions.add_parser("unlock", help="lift the lock after failed logins")
    unlock.add_argument("profile", choices=PROFILES)
    unlock.set_defaults(act=lambda o: _done(o, "accounts.unlock", profile=o.profile))
    for verb, enabled in (("enable", True), ("disable", False)):
        parser = actions.add_parser(verb, help=f"{verb} a profile; only totem can be")
        parser.add_argument("profile", choices=PROFILES)
        parser.set_defaults(
            act=lambda o, e=enabled: _done(o, "accounts.enable", profile=o.profile, enabled=e)
        )
        of_owned(parser)
    passphrase = actions.add_parser("passphrase", help="a new one for Cyber, shown this once")
    passphrase.set_defaults(act=_passphrase)
    of_owned(listing, password, unlock, passphrase)
    tokens.enter(actions)


def _list(options: Options) -> int:
    answer: dict[str, Any] = order_as_owner(options, "accounts")
    rows = [
        (each["profile"], _how(each), each["changed"] or "never", each["expires"] or "")
        for each in answer["accounts"]
    ]
    print_table(("PROFILE", "STATE", "CHANGED", "EXPIRES"), rows)
    print("a passphrase is set" if answer["passphrase"] else "no passphrase is set")
    return 0


def _how(account: dict[str, Any]) -> str:
    if not account["enabled"]:
        return "disabled"
    if account["locked_for"] is not None:
        return f"locked for {account['locked_for']:.0f} s"
    if account["is_default"]:
        return "factory's password"
    return "expired" if account["must_change"] else "open"


def _password(options: Options) -> int:
    password = secret(f"New password of {options.profile}", stdin=options.stdin)
    return _done(options, "accounts.password", profile=options.profile, password=password)


def _passphrase(options: Options) -> int:
    answer: dict[str, Any] = order_as_owner(options, "accounts.passphrase")
    print(answer["passphrase"])
    print("Write it down: it is shown this once and sets Cyber's password once.", file=sys.stderr)
    return 0


def _done(options: Options, command: str, **arguments: object) -> int:
    order_as_owner(options, command, **arguments)
    print("done")
    return 0
