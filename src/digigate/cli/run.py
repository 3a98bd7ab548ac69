"""`digigate run` and `digigate demo`: the daemon on real buses, or beside a simulated plant."""

import argparse
import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from digigate.cli.files import read_settings, read_topology
from digigate.cli.parsers import Subparsers
from digigate.daemon import SPEED_MAX, House, Relaunch, Start, configure_log, demo_start, serve
from digigate.firmware.launching import launch, relaunch

LEVELS = ("debug", "info", "warning", "error")
PLANT = Path("config/demo-plant.yaml")


def enter(commands: Subparsers) -> None:
    """Add `run` and `demo`."""
    run = commands.add_parser("run", help="run the gateway on real buses")
    run.add_argument("--settings", type=Path, required=True, metavar="FILE")
    run.add_argument(
        "--topology", type=Path, metavar="FILE", help="replace the topology kept in the state"
    )
    run.set_defaults(act=_run)
    demo = commands.add_parser("demo", help="run the gateway beside a simulated plant")
    demo.add_argument("--plant", type=Path, default=PLANT, metavar="FILE")
    demo.add_argument("--settings", type=Path, metavar="FILE", help="all but the buses")
    demo.add_argument(
        "--ports",
        choices=("demo", "free"),
        default="demo",
        help="demo: 5020, 8443 and 1161 unless the settings say otherwise; free: any free port",
    )
    demo.add_argument("--speed", type=_speed, default=1.0, help="gateway seconds per real second")
    demo.set_defaults(act=_demo)
    for parser, state in ((run, None), (demo, Path(".demo"))):
        parser.add_argument(
            "--state", type=Path, required=state is None, default=state, metavar="DIR"
        )
        parser.add_argument(
            "--slots", type=Path, metavar="DIR", help="where updates are installed; STATE/slots"
        )
        parser.add_argument("--log", choices=LEVELS, default="info", help="least log level")


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed <= SPEED_MAX:
        raise argparse.ArgumentTypeError(f"{text} is not above 0 and at most {SPEED_MAX:g}")
    return speed


def _run(options: argparse.Namespace) -> int:
    launch(_slots(options), sys.argv[1:])
    settings = read_settings(options.settings)
    topology = read_topology(options.topology, settings) if options.topology else None
    start = Start(options.state, settings, topology, settings_file=options.settings)
    return _serve(start, options)


def _demo(options: argparse.Namespace) -> int:
    launch(_slots(options), sys.argv[1:])
    settings = read_settings(options.settings) if options.settings else None
    free = options.ports == "free"
    start = demo_start(options.state, options.plant, settings, free_ports=free, speed=options.speed)
    return _serve(start, options)


def _serve(start: Start, options: argparse.Namespace) -> int:
    configure_log(options.log)
    again: Start | Relaunch | None = replace(start, slots=_slots(options))
    while isinstance(again, Start):
        again = asyncio.run(serve(again, _tell_where_to_look))
    if again is not None:
        relaunch(sys.argv[1:])
    return 0


def _slots(options: argparse.Namespace) -> Path:
    slots: Path = options.slots or options.state / "slots"
    return slots


def _tell_where_to_look(house: House) -> None:
    """The first thing a user sees."""
    ports, identity = house.ports.all(), house.settings.gateway.identity()
    print(f"\n{identity.product_name} ({identity.order_code}) is up", flush=True)
    if "https" in ports:
        print(f"  pages       https://localhost:{ports['https']}/")
    if "modbus_tcp" in ports:
        units = ", ".join(str(device.address) for device in house.topology.devices)
        port = ports["modbus_tcp"]
        print(f"  Modbus TCP  localhost:{port}, gateway at unit 255, slaves at {units or 'none'}")
        print(f"              mbpoll -m tcp -p {port} -a 255 -0 -r 50000 -c 4 -1 localhost")
    if "snmp" in ports:
        print(f"  SNMP        localhost:{ports['snmp']}, v1 public, v2c publicV2")
        print(f"              snmpwalk -v2c -c publicV2 localhost:{ports['snmp']} 1.3.6.1")
    for health in house.supervisor.health():
        if health.reason:
            print(f"  {health.name} is {health.state}: {health.reason}")
    print("  stop        Ctrl-C\n", flush=True)
