"""`digigate settings …`: read and change single settings of a running gateway."""

import argparse
import json
from typing import Any

from digigate.cli.answers import ask
from digigate.cli.parsers import Subparsers, of_gateway
from digigate.cli.tables import print_table

Options = argparse.Namespace


def enter(commands: Subparsers) -> None:
    """Add `settings show|set|reset`."""
    settings = commands.add_parser("settings", help="settings of a running gateway, one by one")
    actions = settings.add_subparsers(required=True, metavar="ACTION")
    show = actions.add_parser("show", help="what is set, its default and what may be written")
    show.add_argument("path", nargs="?", default="", help="a field or a section")
    show.set_defaults(act=_show)
    put = actions.add_parser("set", help="give one field another value; it acts at once")
    put.add_argument("path", help="such as buses.rs485.baudrate")
    put.add_argument("value")
    put.set_defaults(act=lambda o: _change(o, "settings.set", path=o.path, value=o.value))
    reset = actions.add_parser("reset", help="go back to the former or default value")
    reset.add_argument("path", help="a field or a section")
    reset.set_defaults(act=lambda o: _change(o, "settings.reset", path=o.path))
    of_gateway(show, put, reset)
    for parser in (show, put, reset):
        parser.add_argument("--json", action="store_true", help="print the answer as it comes")


def _show(options: Options) -> int:
    answer = ask(options, "settings", path=options.path)
    if options.json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
        return 0
    rows = [
        (
            field["path"],
            _said(field["value"]),
            "" if field["value"] == field["default"] else _said(field["default"]),
            field["allowed"] + (", after a restart" if field["reboot"] else ""),
        )
        for field in answer["fields"]
    ]
    print_table(("SETTING", "VALUE", "DEFAULT", "MAY BE"), rows)
    _tell_pending(answer)
    return 0


def _change(options: Options, command: str, **arguments: object) -> int:
    answer = ask(options, command, **arguments)
    if options.json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
        return 0
    for change in answer["changes"]:
        print(f"{change['path']}: {_said(change['old'])} -> {_said(change['new'])}")
    if not answer["changes"]:
        print("nothing changed")
    if answer["file"]:
        print(f"written to {answer['file']}")
    _tell_pending(answer)
    return 0


def _tell_pending(answer: dict[str, Any]) -> None:
    for path in answer["pending"]:
        print(f"{path} acts after a restart of the gateway")


def _said(value: object) -> str:
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
