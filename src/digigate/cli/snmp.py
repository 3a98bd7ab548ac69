"""`digigate snmp …`: how the agent is, whom it tells, and whether that arrives."""

import argparse
import json
from typing import Any

from digigate.cli.answers import ask
from digigate.cli.parsers import Subparsers, of_gateway
from digigate.cli.tables import print_table

Options = argparse.Namespace
OUTCOMES = ("sent", "acknowledged", "lost", "dropped", "waiting")
ARRIVED = frozenset(("sent", "acknowledged"))


def enter(commands: Subparsers) -> None:
    """Add `snmp status|test`."""
    snmp = commands.add_parser("snmp", help="the SNMP agent and its notifications")
    actions = snmp.add_subparsers(required=True, metavar="ACTION")
    status = actions.add_parser("status", help="port, engine, targets and what they were told")
    status.set_defaults(act=_status)
    test = actions.add_parser("test", help="send a test notification to every target")
    test.set_defaults(act=_test)
    of_gateway(status, test)
    for parser in (status, test):
        parser.add_argument("--json", action="store_true", help="print the answer as it comes")


def _status(options: Options) -> int:
    told = ask(options, "snmp")
    if options.json:
        return _print(told)
    port = told["port"]
    print(f"port: {port} (UDP)" if port else "port: closed")
    for name, service in told["services"].items():
        print(
            f"{name}: {service['state']}" + (f", {service['reason']}" if service["reason"] else "")
        )
    for name, value in told["engine"].items():
        print(f"{name.replace('_', ' ')}: {value}")
    if told["targets"]:
        rows = [(t["target"], *(t[each] for each in OUTCOMES)) for t in told["targets"]]
        print_table(("TARGET", *(each.upper() for each in OUTCOMES)), rows)
    else:
        print("targets: none")
    for target in told["targets"]:
        if target["reason"]:
            print(f"{target['target']}: {target['reason']}")
    return 0


def _test(options: Options) -> int:
    told = ask(options, "snmp.test")
    arrived = all(target["outcome"] in ARRIVED for target in told["targets"])
    if options.json:
        _print(told)
    else:
        for each in told["targets"]:
            reason = f": {each['reason']}" if each["reason"] else ""
            print(f"{each['target']}: {each['outcome']}{reason}")
    return 0 if arrived else 1


def _print(answer: dict[str, Any]) -> int:
    print(json.dumps(answer, indent=2, ensure_ascii=False))
    return 0
