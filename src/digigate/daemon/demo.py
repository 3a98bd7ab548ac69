"""How a demo is started: settings and topology drawn from the plant file."""

from pathlib import Path

from digigate.daemon.plant import PlantSite
from digigate.daemon.start import Start
from digigate.settings.sections import Gateway, Settings
from digigate.simulator.plant import load_plant

MODBUS_PORT, HTTPS_PORT, SNMP_PORT = 5020, 8443, 1161  # no right is needed to open these
PLATE = Gateway(serial="26471010001", net_id=0x4D700001, site="Demo site")


def demo_start(
    state: Path, plant: Path, settings: Settings | None, *, free_ports: bool, speed: float = 1.0
) -> Start:
    """The start of a demo; given settings count for everything but the buses.

    Raises:
        SettingsError: the plant file is wrong.
    """
    site = PlantSite(plant, load_plant(plant), (state / "plant").absolute())
    wanted = settings or _demonstrated(Settings())
    if free_ports:
        wanted = _with_ports(wanted, 0, 0, 0)
    wanted = wanted.model_copy(update={"buses": site.buses()})
    return Start(state, wanted, site.topology(), plant=site, speed=speed)


def _demonstrated(settings: Settings) -> Settings:
    plated = settings.model_copy(update={"gateway": PLATE})
    return _with_ports(plated, MODBUS_PORT, HTTPS_PORT, SNMP_PORT)


def _with_ports(settings: Settings, modbus: int, https: int, snmp: int) -> Settings:
    return settings.model_copy(
        update={
            "modbus_tcp": settings.modbus_tcp.model_copy(update={"port": modbus}),
            "web": settings.web.model_copy(update={"https_port": https, "http_port": None}),
            "snmp": settings.snmp.model_copy(update={"port": snmp}),
        }
    )
