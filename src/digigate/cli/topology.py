"""`digigate topology …`: the plan of the plant in a running gateway, edited without its file."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from digigate.cli.answers import Answer, ask, events, print_changes
from digigate.cli.gateways import enter_gateway
from digigate.cli.parsers import BUSES, Subparsers, of_gateway
from digigate.cli.tables import print_table
from digigate.errors import SettingsError
from digigate.services.control import order

Options = argparse.Namespace
Act = Callable[[Options], int]


def enter(commands: Subparsers) -> None:
    """Add `topology` with all its actions."""
    topology = commands.add_parser("topology", help="devices and loads of a running gateway")
    actions = topology.add_subparsers(required=True, metavar="ACTION")
    _enter_reading(actions)
    _enter_devices(actions)
    _enter_loads(actions)
    enter_gateway(actions)


def _enter_reading(actions: Subparsers) -> None:
    _action(actions, "show", "the list of devices and loads", _show)
    export = _action(actions, "export", "write the topology to a file", _export)
    export.add_argument("file", nargs="?", type=Path, help="default: standard output")
    export.add_argument("--format", choices=("yaml", "json"), default="yaml")
    import_ = _action(actions, "import", "show what a file would change, then apply it", _import)
    import_.add_argument("file", type=Path, help="YAML or JSON; - = standard input")
    import_.add_argument("--yes", action="store_true", help="apply it")


def _enter_devices(actions: Subparsers) -> None:
    add = _action(actions, "add", "add a device by hand", _add)
    add.add_argument("model", help="such as I-35 or diris-b30: `digigate catalogue list`")
    add.add_argument("address", type=int)
    add.add_argument("--bus", choices=BUSES, help="default: the model's usual one")
    add.add_argument("--name", default="")
    add.add_argument("--loads", type=_numbers, metavar="1,2", help="default: all of the model")
    _edit(actions, "remove", "remove a device")
    _edit(actions, "rename", "give a device another name", ("name", str))
    _edit(actions, "readdress", "put an entry at another address", ("to", int))
    _edit(actions, "model", "say that a device is another model", ("model", str))
    _edit(actions, "confirm", "confirm a register map that is digigate's own guess")
    move = _edit(actions, "move", "put a device, or one of its loads, elsewhere in the list",
                 ("position", int))  # fmt: skip
    move.add_argument("--load", type=int, metavar="NUMBER")
    maintenance = _action(actions, "maintenance", "do not poll a device meanwhile", _maintenance)
    maintenance.add_argument("address", type=int)
    maintenance.add_argument("on", choices=("on", "off"))


def _enter_loads(actions: Subparsers) -> None:
    load = _edit(actions, "load", "name a load and say what it feeds", ("load", int))
    load.add_argument("--name")
    load.add_argument("--usage")
    _edit(actions, "usage", "say what a load feeds", ("load", int), ("usage", str), order="load")
    refresh = _action(actions, "refresh", "ask devices for their loads and take them", _refresh)
    refresh.add_argument("address", type=int, nargs="?", help="default: all devices")
    refresh.add_argument("--preview", action="store_true", help="only show what would change")


def _action(actions: Subparsers, name: str, said: str, act: Act) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=said)
    of_gateway(parser)
    parser.add_argument("--json", action="store_true", help="print the answer as it comes")
    parser.set_defaults(act=act)
    return parser


def _edit(
    actions: Subparsers,
    name: str,
    said: str,
    *takes: tuple[str, Callable[[str], object]],
    order: str = "",
) -> argparse.ArgumentParser:
    """An action that orders `topology.<order or name>` with its arguments, all of them as named."""

    def act(options: Options) -> int:
        given = {k: v for k, v in vars(options).items() if k not in {"act", "state", "json"}}
        return print_changes(options, ask(options, f"topology.{order or name}", **given))

    parser = _action(actions, name, said, act)
    parser.add_argument("address", type=int)
    for argument, kind in takes:
        parser.add_argument(argument, type=kind)
    return parser


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",") if number]


def _add(options: Options) -> int:
    names = ("model", "address", "bus", "name", "loads")
    given = {name: getattr(options, name) for name in names}
    return print_changes(options, ask(options, "topology.add", **given))


def _maintenance(options: Options) -> int:
    on = options.on == "on"
    answer = ask(options, "topology.maintenance", address=options.address, on=on)
    return print_changes(options, answer)


def _refresh(options: Options) -> int:
    arguments = {"address": options.address, "apply": not options.preview}
    failed = 0
    for event in events(options, "topology.refresh", **arguments):
        failed += "error" in event
        if options.json:
            print(json.dumps(event, ensure_ascii=False), flush=True)
        else:
            _tell_refreshed(event)
    return 1 if failed else 0


def _tell_refreshed(event: Answer) -> None:
    if "error" in event:
        print(f"device {event['address']}: {event['error']}", flush=True)
        return
    for change in event["changes"]:
        print(change["text"], flush=True)
    if not event["changes"]:
        print(f"device {event['address']}: as it was", flush=True)


def _export(options: Options) -> int:
    as_json = options.format == "json" or options.json
    answer = order(
        options.state / "control.sock", "topology.export", {"form": "data" if as_json else "yaml"}
    )
    text = json.dumps(answer, ensure_ascii=False, indent=2) + "\n" if as_json else answer
    if options.file is None:
        sys.stdout.write(text)
        return 0
    try:
        options.file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{options.file}: cannot be written: {error.strerror}") from error
    print(f"{options.file}: written")
    return 0


def _import(options: Options) -> int:
    arguments = {"text": _text(options.file), "name": str(options.file)}
    preview = ask(options, "topology.preview", **arguments)
    if options.json and not options.yes:
        print(json.dumps(preview, ensure_ascii=False, indent=2))
        return 0
    if options.yes:
        return print_changes(options, ask(options, "topology.import", **arguments))
    print_changes(options, preview)
    for problem in preview["problems"]:
        print(f"problem: {problem}")
    if preview["changes"]:
        print("add --yes to apply this")
    return 1 if preview["problems"] else 0


def _text(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise SettingsError(f"{file}: cannot be read: {reason}") from error


def _show(options: Options) -> int:
    answer = ask(options, "topology")
    if options.json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
        return 0
    topology = answer["topology"]
    rows: list[tuple[object, ...]] = []
    for place, device in enumerate(topology["devices"], 1):
        state = answer["states"].get(str(device["address"]), {}).get("state", "")
        rows.append((place, *_device(device, state)))
        rows += [
            ("", "", "", "", f"  {_load(load)}", "", load["usage"]) for load in device["loads"]
        ]
    print_table(("#", "ADDRESS", "BUS", "MODEL", "NAME", "STATE", "USAGE"), rows)
    for gateway in topology["gateways"]:
        print("gateway {key}: {model} at {host}:{port}".format_map(gateway))
    loads = sum(len(device["loads"]) for device in topology["devices"])
    print(f"{len(topology['devices'])} devices, {loads} loads")
    for problem in answer["problems"]:
        print(f"problem: {problem}")
    return 0


def _device(device: Answer, state: str) -> tuple[object, ...]:
    where = device["gateway"] or device["bus"]
    told = "maintenance" if device["maintenance"] else state
    return device["address"], where, device["model"], device["name"], told, ""


def _load(load: Answer) -> str:
    return " ".join(part for part in (f"{load['number']}", load["name"], load["type"]) if part)
