"""`digigate scan`: which addresses answer on the buses, or at which speed anybody does."""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from digigate.cli.parsers import BUSES, Subparsers, of_gateway
from digigate.errors import SettingsError
from digigate.services.control import follow

WIDTH = 30
"""Characters of the progress bar."""


def enter(commands: Subparsers) -> None:
    """Add `scan`."""
    parser = commands.add_parser("scan", help="which addresses answer, or at which speed")
    parser.add_argument("--bus", choices=BUSES, help="one bus only")
    parser.add_argument("--from", dest="first", type=int, default=1, metavar="N")
    parser.add_argument("--to", dest="last", type=int, default=247, metavar="N")
    parser.add_argument(
        "--register", type=int, metavar="N", help="ask for this register, not the name plate"
    )
    parser.add_argument("--speeds", action="store_true", help="try every speed on one bus")
    parser.add_argument(
        "--unit", type=int, action="append", default=[], help="whom to ask at each speed"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    of_gateway(parser)
    parser.set_defaults(act=_scan)


def _scan(options: argparse.Namespace) -> int:
    if options.speeds:
        return _scan_speeds(options)
    asked = {
        "bus": options.bus,
        "first": options.first,
        "last": options.last,
        "register": options.register,
    }
    with closing(follow(options.state / "control.sock", "scan.addresses", asked)) as events:
        if options.json:
            return _print_json(events)
        plan: Any = next(events)
        total = len(plan["buses"]) * (plan["last"] - plan["first"] + 1)
        return _tell_addresses(events, total)


def _tell_addresses(events: Iterator[Any], total: int) -> int:
    found = 0
    for done, event in enumerate(events, 1):
        if event["answer"] != "silent":
            found += 1
            _clear()
            print(address_words(event), flush=True)
        _progress(done, total)
    _clear()
    print(f"{found} of {total} addresses answer")
    return 0


def address_words(event: dict[str, Any]) -> str:
    """What one address said, in one line."""
    took = "" if event["took"] is None else f"{1000 * event['took']:5.1f} ms"
    words = [event["words"]]
    if event["model"]:
        words.append(f"model {event['model']}")
    if event["serial"]:
        words.append(f"serial {event['serial']}")
    if event["known"] and event["model"] and event["known"] != event["model"]:
        words.append(f"the topology says {event['known']}")
    elif event["answer"] == "identified" and not event["known"]:
        words.append("not in the topology")
    return f"{event['bus']:8} {event['unit']:3}  {event['answer']:10} {took:>8}  {', '.join(words)}"


def _scan_speeds(options: argparse.Namespace) -> int:
    if options.bus is None:
        raise SettingsError("say which bus: --bus digiware or --bus rs485")
    asked = {"bus": options.bus, "units": options.unit}
    with closing(follow(options.state / "control.sock", "scan.speeds", asked)) as events:
        if options.json:
            return _print_json(events)
        plan: Any = next(events)
        print(f"asking {', '.join(map(str, plan['units']))} on {options.bus} at each speed")
        answered = [_tell_speed(speed) for speed in events]
    if not any(answered):
        print("nobody answered at any speed: check supply, wiring, addresses and parity")
    return 0


def _tell_speed(speed: Any) -> bool:  # noqa: ANN401 -- JSON, as the gateway tells it
    units = ", ".join(map(str, speed["units"]))
    heard = f"{units} answered" if units else "noise" if speed["noise"] else "nothing"
    mark = "  <- the bus is set to it" if speed["current"] else ""
    print(f"{speed['baudrate']:7} Bd  {heard}{mark}", flush=True)
    return bool(units)


def _print_json(events: Iterator[Any]) -> int:
    for event in events:
        print(json.dumps(event, ensure_ascii=False), flush=True)
    return 0


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        filled = WIDTH * done // max(1, total)
        bar = "#" * filled + "." * (WIDTH - filled)
        print(f"\r[{bar}] {done}/{total}", end="", file=sys.stderr, flush=True)


def _clear() -> None:
    if sys.stderr.isatty():
        print("\r" + " " * (WIDTH + 16) + "\r", end="", file=sys.stderr, flush=True)
