"""`digigate configure`, `digigate clocks`: settings and clocks of the slaves."""

import argparse
import json
from datetime import datetime
from typing import Any

from digigate.cli.parsers import Subparsers, of_gateway
from digigate.errors import SettingsError
from digigate.services.control import order
from digigate.translations import words

DONE = "done"


def enter(commands: Subparsers) -> None:
    """Add `configure show`, `configure set` and `clocks`."""
    configure = commands.add_parser("configure", help="settings of a slave, by task")
    actions = configure.add_subparsers(required=True, metavar="ACTION")
    showing = actions.add_parser("show", help="what can be set and how it is now")
    showing.add_argument("address", type=int, metavar="ADDRESS")
    showing.add_argument(
        "tasks", nargs="*", metavar="TASK", help="such as load-type/1; all if none"
    )
    showing.set_defaults(act=_show)
    setting = actions.add_parser("set", help="change settings, save them, read them back")
    setting.add_argument("address", type=int, metavar="ADDRESS")
    setting.add_argument(
        "pairs", nargs="+", metavar="TASK VALUE", help="load-current/1 160 …; resets take `done`"
    )
    setting.add_argument("--yes", action="store_true", help="agree to what a task warns of")
    setting.set_defaults(act=_set)
    clocks = commands.add_parser("clocks", help="how right the clocks of the slaves are")
    clocks.add_argument("--set", action="store_true", help="set all of them now")
    clocks.set_defaults(act=_clocks)
    of_gateway(showing, setting, clocks)
    for parser in (showing, setting, clocks):
        parser.add_argument("--json", action="store_true")


def _show(options: argparse.Namespace) -> int:
    asked = {"address": options.address, "tasks": options.tasks}
    answer: Any = order(options.state / "control.sock", "configure.show", asked)
    if options.json:
        print(json.dumps(answer, indent=2, ensure_ascii=False))
        return 0
    said, group = words(), ""
    for setting in answer["settings"]:
        if setting["group"] != group:
            group = setting["group"]
            print(f"{said[f'configure.group.{group}']}")
        value = f"{setting['value'] or '-'} {setting['unit']}".rstrip()
        title = said[f"configure.task.{setting['task']}"]
        print(f"  {setting['key']:24} {value:24} {title} ({setting['allowed']})")
    return 0


def _set(options: argparse.Namespace) -> int:
    if len(options.pairs) % 2:
        raise SettingsError("write TASK VALUE in pairs, such as load-current/1 160")
    wishes = dict(zip(options.pairs[::2], options.pairs[1::2], strict=True))
    asked = {"address": options.address, "settings": wishes, "agreed": options.yes}
    answer: Any = order(options.state / "control.sock", "configure.set", asked)
    if options.json:
        print(json.dumps(answer, indent=2, ensure_ascii=False))
        return 0 if answer["done"] else 1
    for step in answer["steps"]:
        print(_step_words(step))
    if answer["saved"]:
        print("saved in the slave")
    if answer["fault"]:
        print(answer["fault"])
    return 0 if answer["done"] else 1


def _step_words(step: dict[str, Any]) -> str:
    if step["fault"]:
        return f"{step['key']}: {step['fault']}"
    if not step["written"]:
        return f"{step['key']}: not written"
    if step["after"] == DONE:
        return f"{step['key']}: done"
    return f"{step['key']}: {step['before'] or '-'} -> {step['after']}"


def _clocks(options: argparse.Namespace) -> int:
    control = options.state / "control.sock"
    if options.set:
        due: Any = order(control, "clocks.set")
        print(f"setting the clocks of {', '.join(map(str, due['due'])) or 'nobody'}")
        return 0
    answer: Any = order(control, "clocks")
    if options.json:
        print(json.dumps(answer, indent=2, ensure_ascii=False))
        return 0
    for unit, clock in answer.items():
        print(f"{unit:>3}  {_clock_words(clock)}")
    return 0


def _clock_words(clock: dict[str, Any]) -> str:
    if clock["reason"]:
        return str(clock["reason"])
    if not clock["set"]:
        return f"to be set: {clock['due']}" if clock["due"] else "not set yet"
    set_at = datetime.fromisoformat(clock["set"]).astimezone()
    off = [f"{clock[k]:+.1f} s {k}" for k in ("before", "after") if clock[k] is not None]
    return f"set {set_at:%Y-%m-%d %H:%M:%S}  {', '.join(off)}"
