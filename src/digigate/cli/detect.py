"""`digigate detect`: search the buses, watch the search, solve conflicts (§10)."""

import argparse
import contextlib
import json
import sys
from pathlib import Path
from typing import Any

from digigate.cli.parsers import BUSES, Subparsers, of_gateway
from digigate.cli.searching import Screen, final
from digigate.services.control import follow, order


def enter(commands: Subparsers) -> None:
    """Add `detect`, `panel`, `identify` and `button`."""
    detect = commands.add_parser("detect", help="find the slaves on both buses, solve conflicts")
    detect.add_argument("--mode", choices=("fast", "complete"), help="default: as in the settings")
    detect.add_argument(
        "--resolve",
        choices=("buttons", "automatic"),
        help="who solves address conflicts; default: as in the settings",
    )
    detect.add_argument(
        "--drop-silent", action="store_true", help="take devices that do not answer out"
    )
    detect.add_argument(
        "--speeds", action="store_true", help="where slaves are missing, try the other speeds too"
    )
    detect.add_argument("--json", action="store_true", help="one JSON object for each event")
    _stated(detect, _detect)
    actions = detect.add_subparsers(metavar="ACTION")
    for name, text in (
        ("watch", "follow the search that runs"),
        ("status", "the search that runs or ran last, as JSON"),
        ("stop", "end the search; the topology stays as it was"),
    ):
        _stated(actions.add_parser(name, help=text), _ACTIONS[name])
    assign = actions.add_parser("assign", help="give the only slave at an address another one")
    assign.add_argument("bus", choices=BUSES)
    assign.add_argument("address", type=int)
    assign.add_argument("to", type=int)
    _stated(assign, _assign)
    panel = commands.add_parser("panel", help="the lamps on the front")
    _stated(panel, _panel)
    identify = commands.add_parser("identify", help="let the lamp ON blink, or a slave's")
    identify.add_argument("--address", type=int, help="of the slave")
    _stated(identify, _identify)
    button = commands.add_parser("button", help="press a button of the box")
    button.add_argument("name", choices=("addr",))
    button.add_argument("--hold", type=float, default=3.0, metavar="S", help="seconds, default 3")
    _stated(button, _button)


def _stated(parser: argparse.ArgumentParser, act: Any) -> None:  # noqa: ANN401 -- a callback
    of_gateway(parser)
    parser.set_defaults(act=act)


def _detect(options: argparse.Namespace) -> int:
    wishes = {"mode": options.mode, "resolve": options.resolve}
    given: dict[str, object] = {name: value for name, value in wishes.items() if value}
    given |= {"keep": not options.drop_silent, "speeds": options.speeds}
    order(_door(options), "detect.start", given)
    try:
        return _follow(options, as_json=options.json)
    except KeyboardInterrupt:
        order(_door(options), "detect.stop")
        print("stopped: the topology is as it was", file=sys.stderr)
        return 130


def _watch(options: argparse.Namespace) -> int:
    return _follow(options, as_json=False)


def _follow(options: argparse.Namespace, *, as_json: bool) -> int:
    status: Any = None
    screen = Screen(sys.stdout)
    with contextlib.closing(follow(_door(options), "detect.watch")) as events:
        for status in events:
            if as_json:
                print(json.dumps(status, ensure_ascii=False), flush=True)
            else:
                screen.show(status)
    if not as_json:
        screen.end()
        print(final(status))
    return _code(status)


def _code(status: Any) -> int:  # noqa: ANN401 -- JSON
    """0 = done and nothing left to solve, 1 = failed or stopped, 3 = conflicts stand."""
    if status is None or status["phase"] != "done":
        return 1
    return 3 if status["report"]["conflicts"] else 0


def _status(options: argparse.Namespace) -> int:
    return _tell(order(_door(options), "detect.status"))


def _stop(options: argparse.Namespace) -> int:
    order(_door(options), "detect.stop")
    return 0


def _assign(options: argparse.Namespace) -> int:
    given = {"bus": options.bus, "address": options.address, "to": options.to}
    slave: Any = order(_door(options), "detect.assign", given)
    print(
        f"{slave['name']} serial {slave['serial']} is at {slave['address']} on {slave['bus']} now"
    )
    return 0


def _panel(options: argparse.Namespace) -> int:
    told: Any = order(_door(options), "panel")
    for name, lamp in told["lamps"].items():
        print(f"{name.upper():10} {lamp['light']}")
    print(f"on the front: {', '.join(told['silk_screen'])}")
    return 0


def _identify(options: argparse.Namespace) -> int:
    order(
        _door(options), "identify", {} if options.address is None else {"address": options.address}
    )
    return 0


def _button(options: argparse.Namespace) -> int:
    told: Any = order(_door(options), "button.addr", {"seconds": options.hold})
    print("auto-detection started" if told["started"] else "nothing happened: hold it for 2 s")
    return 0


def _tell(answer: object) -> int:
    print(json.dumps(answer, indent=2, ensure_ascii=False))
    return 0


def _door(options: argparse.Namespace) -> Path:
    path: Path = options.state / "control.sock"
    return path


_ACTIONS = {"watch": _watch, "status": _status, "stop": _stop}
