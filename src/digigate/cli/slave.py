"""`digigate read | write | broadcast`: values of one slave, or the same to all of a line."""

import argparse
import json
from typing import Any

from digigate.cli.parsers import BUSES, Subparsers, of_gateway
from digigate.services.control import order


def enter(commands: Subparsers) -> None:
    """Add `read`, `write` and `broadcast`."""
    read = commands.add_parser("read", help="read a value or a register of a slave")
    _what(read)
    read.set_defaults(act=_read)
    write = commands.add_parser("write", help="write a register of a slave and read it back")
    _what(write)
    write.add_argument("value", metavar="VALUE")
    write.add_argument("--yes", action="store_true", help="on real hardware too")
    write.set_defaults(act=_write)
    telling = commands.add_parser("broadcast", help="write registers of all slaves of a bus")
    telling.add_argument("bus", choices=BUSES, metavar="BUS")
    telling.add_argument("register", type=int, metavar="REGISTER")
    telling.add_argument("values", type=int, nargs="+", metavar="VALUE", help="one word each")
    telling.add_argument("--yes", action="store_true", help="on real hardware too")
    of_gateway(telling)
    telling.set_defaults(act=_broadcast)


def _what(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("address", type=int, metavar="ADDRESS")
    parser.add_argument(
        "what",
        metavar="WHAT",
        help="a quantity (current.i1), a name (load-settings.inom/load1) or a register (18458)",
    )
    parser.add_argument("--load", type=int, metavar="N", help="of which load")
    parser.add_argument("--count", type=int, metavar="N", help="so many registers")
    parser.add_argument("--type", type=str.upper, metavar="TYPE", help="u16, s32, string_norm …")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--json", action="store_true")
    of_gateway(parser)


def _asked(options: argparse.Namespace) -> dict[str, object]:
    fields = ("address", "what", "load", "count", "type", "scale")
    return {field: getattr(options, field) for field in fields}


def _read(options: argparse.Namespace) -> int:
    answer: Any = order(options.state / "control.sock", "slave.read", _asked(options))
    if options.json:
        print(json.dumps(answer, indent=2, ensure_ascii=False))
        return 0
    for value in answer["values"]:
        print(_value_words(value))
    print(f"slave {answer['address']} ({answer['model']}), {1000 * answer['took']:.1f} ms")
    return 0


def _value_words(value: dict[str, Any]) -> str:
    raw = bytes.fromhex(value["raw"]).hex(" ", 2)
    return f"{value['register']:5}  {value['type']:11}  {raw:24}  {value['name']} = {value['text']}"


def _write(options: argparse.Namespace) -> int:
    asked = {**_asked(options), "value": options.value, "agreed": options.yes}
    answer: Any = order(options.state / "control.sock", "slave.write", asked)
    if options.json:
        print(json.dumps(answer, indent=2, ensure_ascii=False))
        return 0 if answer["holds"] else 1
    before, after = answer["before"], answer["after"]
    print(f"{answer['name']} (register {answer['register']}) of slave {answer['address']}")
    print(f"  before  {before['text'] if before else 'cannot be read'}")
    print(f"  after   {after['text'] if after else 'cannot be read'}")
    notes = [word for word in ("unlocked", "saved") if answer[word]]
    if notes:
        print(f"  {' and '.join(notes)}")
    if after and not answer["holds"]:
        print("  the slave does not say what was written: it may be a command, or refused quietly")
        return 1
    return 0


def _broadcast(options: argparse.Namespace) -> int:
    asked = {
        "bus": options.bus,
        "register": options.register,
        "values": options.values,
        "agreed": options.yes,
    }
    answer: Any = order(options.state / "control.sock", "bus.broadcast", asked)
    told = ", ".join(map(str, answer["slaves"]))
    print(f"{', '.join(answer['names'])}: told to {told}; nobody answers a broadcast")
    return 0
