"""`digigate firewall …`: who is shut out, and the white list."""

import argparse
import json
from typing import Any

from digigate.cli.answers import ask
from digigate.cli.parsers import Subparsers, of_gateway
from digigate.cli.tables import print_table
from digigate.errors import SettingsError

Options = argparse.Namespace
FIELDS = ("mac", "ip", "protocol", "port")
RULE = "a rule is ip=192.168.*.*,port=502 with any of mac, ip, protocol (tcp, udp) and port"


def enter(commands: Subparsers) -> None:
    """Add `firewall show|rules|confirm|release`."""
    firewall = commands.add_parser("firewall", help="who is shut out, and the white list")
    actions = firewall.add_subparsers(required=True, metavar="ACTION")
    show = actions.add_parser("show", help="limits, rules, counters and who is excluded now")
    show.set_defaults(act=_show)
    rules = actions.add_parser("rules", help="replace the white list; none = everybody comes in")
    rules.add_argument("rule", nargs="*", help=RULE)
    rules.add_argument("--outgoing", action="store_true", help="for what the gateway calls, too")
    rules.add_argument("--keep", action="store_true", help="for good, without two minutes' trial")
    rules.set_defaults(act=_rules)
    confirm = actions.add_parser("confirm", help="keep the rules that are on trial")
    confirm.set_defaults(act=_confirm)
    release = actions.add_parser("release", help="let an excluded client in again")
    release.add_argument("client", help="its address")
    release.set_defaults(act=_release)
    of_gateway(show, rules, confirm, release)
    for parser in (show, rules, confirm, release):
        parser.add_argument("--json", action="store_true", help="print the answer as it comes")


def _show(options: Options) -> int:
    return _print(options, ask(options, "firewall"))


def _rules(options: Options) -> int:
    rules = [_rule(text) for text in options.rule]
    answer = ask(
        options, "firewall.rules", rules=rules, outgoing=options.outgoing, keep=options.keep
    )
    return _print(options, answer)


def _confirm(options: Options) -> int:
    answer = ask(options, "firewall.confirm")
    print("the rules stay" if answer["confirmed"] else "nothing was on trial")
    return 0


def _release(options: Options) -> int:
    answer = ask(options, "firewall.release", client=options.client)
    print("let in again" if answer["released"] else f"{options.client} was not excluded")
    return 0


def _rule(text: str) -> dict[str, str]:
    rule = {}
    for part in text.split(","):
        name, equals, value = part.partition("=")
        if name not in FIELDS or not equals:
            raise SettingsError(f"{part!r} is not understood: {RULE}")
        rule[name] = value
    return rule


def _print(options: Options, answer: dict[str, Any]) -> int:
    if options.json:
        print(json.dumps(answer, indent=2, ensure_ascii=False))
        return 0
    print(f"each client: {answer['kbits']} kbit/s, {answer['requests']} requests/s")
    if answer["rules"]:
        rows = [tuple(rule[field] for field in FIELDS) for rule in answer["rules"]]
        print_table(("MAC", "IP", "PROTOCOL", "PORT"), rows)
    else:
        print("no rules: everybody comes in")
    if answer["trial_seconds_left"] is not None:
        left = answer["trial_seconds_left"]
        print(f"on trial: `digigate firewall confirm` within {left:.0f} s keeps these rules")
    if answer["mirror"]["state"] != "off":
        mirror = answer["mirror"]
        reason = f": {mirror['reason']}" if mirror["reason"] else ""
        print(f"mirror in the kernel (nftables) is {mirror['state']}{reason}")
    counts = [
        (name, n["admitted"], n["unlisted"], n["refused"]) for name, n in answer["services"].items()
    ]
    print_table(("SERVICE", "ADMITTED", "UNLISTED", "REFUSED"), counts)
    for each in answer["exclusions"]:
        print(f"{each['client']} is excluded for {each['seconds_left']} s: {each['reason']}")
    return 0
