"""A gateway with a simulated Digiware bus behind it and every Modbus door in front of it."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from fieldbus.hub import Hub
from fieldbus.neighbours import neighbours
from running.gateway import Gateway, start_run
from running.simulator import simulator
from running.waiting import eventually

OWN, METER, SWITCH, ABSENT = 12, 4, 7, 99
NEIGHBOURS = (77, 78)
PLANT = {
    "version": 1,
    "seed": 1,
    "utc_offset": 0,
    "integration_period": 600,
    "network": {"voltage": 230, "frequency": 50},
    "buses": {"digiware": {"baudrate": 38400, "turnaround": 0.004, "jitter": 0.002}},
    "slaves": [
        {
            "bus": "digiware", "address": METER, "model": "digiware-i35", "name": "Server room",
            "serial": "24232030009", "net_id": 1,
            "loads": [
                {"number": 1, "name": "PC", "type": "3P+N-4CT", "nominal": 32, "usage": "it"}
            ],
        },
        {
            "bus": "digiware", "address": SWITCH, "model": "digiware-io10", "name": "Contacts",
            "serial": "24232030010", "net_id": 2,
        },
    ],
}  # fmt: skip
TOPOLOGY = {
    "devices": [
        {
            "address": METER, "bus": "digiware", "model": "digiware-i35", "confirmed": True,
            "loads": [{"number": 1, "name": "PC"}],
        },
        {"address": SWITCH, "bus": "digiware", "model": "digiware-io10", "confirmed": True},
    ]
}  # fmt: skip


@dataclass
class Site:
    """The gateway, the line at its RS485 port and the cable at its USB port."""

    gateway: Gateway
    hub: Hub
    usb: Hub
    control: Path
    settings: Path

    def change(self, **sections: object) -> None:
        """Write these sections into the settings file and have it read."""
        text = yaml.safe_load(self.settings.read_text()) | sections
        self.settings.write_text(yaml.safe_dump(text))
        self.gateway.process.send_signal(signal.SIGHUP)

    def service(self, name: str) -> dict[str, str]:
        """How a service is."""
        services = self.gateway.order("status")["services"]
        found: dict[str, str] = next(s for s in services if s["name"] == name)
        return found

    def mbpoll(self, unit: int, address: int, count: int) -> list[int]:
        """Registers over the RS485 line, by mbpoll."""
        return mbpoll_rtu(self.hub.devices["master"], unit, address, count)


@contextmanager
def commissioned(folder: Path, **sections: object) -> Iterator[Site]:
    """The site while the block runs, every slave online; `sections` of the settings as given."""
    plant, topology, settings = (folder / f"{n}.yaml" for n in ("plant", "topology", "settings"))
    plant.write_text(yaml.safe_dump(PLANT))
    topology.write_text(yaml.safe_dump(TOPOLOGY))
    control = folder / "plant.sock"
    arguments = (str(plant), "--pty", str(folder), "--control", str(control))
    hub = Hub("master", "gateway", neighbours=neighbours(*NEIGHBOURS))
    usb = Hub("laptop", "gateway")
    with hub, usb, simulator(*arguments) as (_, told):
        buses = {
            "digiware": {"port": told["buses"]["digiware"], "addressing": "private"},
            "rs485": {"port": hub.devices["gateway"], "role": "slave"},
        }
        wanted = {
            "gateway": {"address": OWN},
            "buses": buses,
            "modbus_tcp": {"port": 0},
            "web": {"https_port": 0, "http_port": None},
            "snmp": {"host": "127.0.0.1", "port": 0},
            "usb": {"port": usb.devices["gateway"]},
        }
        settings.write_text(yaml.safe_dump(wanted | sections))
        with start_run(folder / "state", settings, "--topology", str(topology)) as gateway:
            eventually(
                lambda: set(gateway.order("status")["slaves"].values()) == {"online"},
                what="every slave online",
            )
            yield Site(gateway, hub, usb, control, settings)


def mbpoll_rtu(device: str, unit: int, address: int, count: int = 1) -> list[int]:
    """What mbpoll reads by RTU on this device; nothing where it fails."""
    told = _mbpoll(unit, address, "-c", str(count), "-1", "-q", device)
    lines = (line for line in told.splitlines() if line.startswith("["))
    return [int(line.split("\t")[1].split()[0]) for line in lines]


def mbpoll_rtu_writes(device: str, unit: int, address: int, *values: int) -> str:
    """What mbpoll says to a write by RTU on this device."""
    return _mbpoll(unit, address, device, *map(str, values))


def _mbpoll(unit: int, address: int, *words: str) -> str:
    command = ["mbpoll", "-m", "rtu", "-b", "38400", "-P", "none", "-a", str(unit), "-0"]
    command += ["-r", str(address), "-o", "3", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.stdout + done.stderr
