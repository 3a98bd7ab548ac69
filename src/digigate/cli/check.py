"""`digigate check`: everything that `run` would refuse, found without opening a port."""

import argparse
from pathlib import Path

from digigate.cli.files import read_settings, read_topology
from digigate.cli.parsers import Subparsers
from digigate.settings.topology import BusName


def enter(commands: Subparsers) -> None:
    """Add `check`."""
    parser = commands.add_parser("check", help="check settings and topology files")
    parser.add_argument("--settings", type=Path, required=True, metavar="FILE")
    parser.add_argument("--topology", type=Path, metavar="FILE")
    parser.set_defaults(act=_check)


def _check(options: argparse.Namespace) -> int:
    settings = read_settings(options.settings)
    print(f"{options.settings}: good ({settings.gateway.identity().product_name})")
    if options.topology:
        topology = read_topology(options.topology, settings)
        loads = sum(len(device.loads) for device in topology.devices)
        print(f"{options.topology}: good ({len(topology.devices)} devices, {loads} loads)")
    for name in BusName:
        port = getattr(settings.buses, name).port
        if port.startswith("/") and not Path(port).exists():
            print(f"note: {port} of bus {name} does not exist now; the rest would run")
    return 0
