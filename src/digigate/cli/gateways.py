"""`digigate topology gateway …`: another gateway with all that hangs below it."""

import argparse
import json
import sys

from digigate.cli.answers import Answer, ask, events, print_changes
from digigate.cli.parsers import Subparsers, of_gateway
from digigate.cli.tables import print_table

Options = argparse.Namespace


def enter_gateway(actions: Subparsers) -> None:
    """Add `gateway list|add|refresh|remove`."""
    gateway = actions.add_parser("gateway", help="gateways whose slaves belong to the topology")
    doings = gateway.add_subparsers(required=True, metavar="ACTION")
    listing = doings.add_parser("list", help="all that are known")
    listing.set_defaults(act=_list)
    add = doings.add_parser("add", help="add a gateway with all its slaves, by Modbus TCP")
    _enter_place(add)
    refresh = doings.add_parser("refresh", help="ask a gateway for its slaves again")
    refresh.set_defaults(act=_refresh)
    remove = doings.add_parser("remove", help="remove a gateway with all its slaves")
    remove.set_defaults(act=lambda o: print_changes(o, _removed(o)))
    for parser in (refresh, remove):
        parser.add_argument("key", help="as `list` tells it")
    for parser in (add, refresh):
        parser.add_argument("--preview", action="store_true", help="only show what would change")
    of_gateway(listing, add, refresh, remove)
    for parser in (listing, add, refresh, remove):
        parser.add_argument("--json", action="store_true", help="print the answer as it comes")


def _enter_place(add: argparse.ArgumentParser) -> None:
    add.add_argument("host")
    add.add_argument("--port", type=int, default=502)
    add.add_argument("--unit", type=int, default=255, help="where it answers itself")
    add.add_argument("--model", default="", help="such as m-70, where it does not say so itself")
    add.add_argument("--name", default="")
    add.add_argument("--key", default="", help="short name; default: made of name or host")
    where = add.add_mutually_exclusive_group()
    where.add_argument(
        "--offset", type=int, help="of all its addresses; 0 = keep them or refuse the gateway"
    )
    where.add_argument("--map", type=_mapping, default={}, metavar="4=40,5=41")
    add.set_defaults(act=_add)


def _mapping(text: str) -> dict[str, int]:
    pairs = (pair.partition("=") for pair in text.split(",") if pair)
    return {str(int(unit)): int(address) for unit, _, address in pairs}


def _list(options: Options) -> int:
    topology = ask(options, "topology")["topology"]
    if options.json:
        print(json.dumps(topology["gateways"], ensure_ascii=False, indent=2))
        return 0
    rows = []
    for gateway in topology["gateways"]:
        behind = [d["address"] for d in topology["devices"] if d["gateway"] == gateway["key"]]
        place = f"{gateway['host']}:{gateway['port']} unit {gateway['unit']}"
        devices = ", ".join(map(str, behind))
        rows.append((gateway["key"], gateway["model"], place, gateway["name"], devices))
    print_table(("KEY", "MODEL", "PLACE", "NAME", "DEVICES"), rows)
    return 0


def _removed(options: Options) -> Answer:
    return ask(options, "topology.gateway.remove", key=options.key)


def _add(options: Options) -> int:
    names = ("host", "port", "unit", "model", "name", "key", "offset", "map")
    given = {name: getattr(options, name) for name in names}
    return _follow(options, "topology.gateway.add", **given)


def _refresh(options: Options) -> int:
    return _follow(options, "topology.gateway.refresh", key=options.key)


def _follow(options: Options, command: str, **arguments: object) -> int:
    for event in events(options, command, apply=not options.preview, **arguments):
        if options.json:
            print(json.dumps(event, ensure_ascii=False), flush=True)
        else:
            _tell(options, event)
    return 0


def _tell(options: Options, event: Answer) -> None:
    match event["step"]:
        case "gateway":
            print(f"gateway {event['key']}: {event['model']}", flush=True)
        case "search":
            if sys.stdout.isatty():
                print(f"asked {event['asked']} of {event['of']}", end="\r", flush=True)
        case "device":
            told = " ".join(filter(None, (event["model"], event["name"])))
            print(f"slave {event['unit']}: {told}, {event['loads']} loads", flush=True)
        case "left out":
            print(f"slave {event['unit']} is left out: {event['reason']}", flush=True)
        case "done":
            print_changes(options, event)
            if not event["applied"] and event["changes"]:
                print("this was a preview: nothing was changed")
