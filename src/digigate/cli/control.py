"""`digigate ports|status|clock|reboot|factory-reset`: ask a running gateway."""

import argparse
import json

from digigate.cli.parsers import Subparsers, of_gateway
from digigate.errors import SettingsError
from digigate.services.control import order


def enter(commands: Subparsers) -> None:
    """Add the commands that talk to a running gateway."""
    ports = commands.add_parser("ports", help="which port each service got")
    ports.set_defaults(act=lambda options: _ask(options, "ports"))
    status = commands.add_parser("status", help="services, buses and what is wrong")
    status.set_defaults(act=lambda options: _ask(options, "status"))
    clock = commands.add_parser("clock", help="read, speed up or step the clock of a demo")
    clock.add_argument("--speed", type=float, help="gateway seconds per real second")
    clock.add_argument("--step", type=float, help="seconds to jump, back if negative")
    clock.set_defaults(act=_clock)
    reboot = commands.add_parser("reboot", help="stop and start everything anew")
    reboot.set_defaults(act=lambda options: _ask(options, "gateway.reboot"))
    reset = commands.add_parser("factory-reset", help="forget all that was configured, start anew")
    reset.add_argument("--yes", action="store_true", help="yes, settings and accounts and all")
    reset.set_defaults(act=_reset)
    of_gateway(ports, status, clock, reboot, reset)


def _ask(options: argparse.Namespace, command: str, **arguments: object) -> int:
    answer = order(options.state / "control.sock", command, arguments)
    print(json.dumps(answer, indent=2, ensure_ascii=False))
    return 0


def _reset(options: argparse.Namespace) -> int:
    if not options.yes:
        raise SettingsError(
            "this forgets settings, topology, passwords, certificates and secrets; `digigate"
            " backup` keeps them in a file first. Add --yes to go on"
        )
    return _ask(options, "gateway.factory-reset")


def _clock(options: argparse.Namespace) -> int:
    if options.speed is not None:
        _ask(options, "clock.speed", speed=options.speed)
    if options.step is not None:
        _ask(options, "clock.step", seconds=options.step)
    if options.speed is None and options.step is None:
        return _ask(options, "clock")
    return 0
