"""What a device says of itself, its loads and its settings."""

from collections.abc import Callable, Mapping
from datetime import datetime

from digigate.catalogue import Model, Point, Value
from digigate.catalogue.loadtypes import LOAD_TYPES
from digigate.simulator.plant import BusPlan, LoadPlan, Network, SlavePlan

BUILD_DATE = datetime(2025, 6, 16, 9, 30)  # noqa: DTZ001 -- a date without a zone
THREE_PHASES_AND_NEUTRAL = 5  # code of a network type
LOAD_BLOCKS = ("load-settings", "load-name")


class Nameplate:
    """What stands on one device."""

    def __init__(self, plan: SlavePlan, model: Model, network: Network, bus: BusPlan) -> None:
        self._identification = identification(plan, model)
        self._settings = settings(network, bus)

    def source(self, point: Point) -> Callable[[float], Value] | None:
        """What its registers read."""
        value = self._identification.get(point.address)
        if value is None:
            value = self._settings.get((block_of(point), point.leaf))
        return None if value is None else lambda _: value


def identification(plan: SlavePlan, model: Model) -> dict[int, Value]:
    """Block 50000 (facts, common_identification): fields not listed are 0."""
    major, minor, revision = map(int, plan.firmware.split("."))
    year_week, site_line, order = plan.serial[:4], plan.serial[4:8], plan.serial[8:]
    return {
        50000: "SOCO",
        50004: model.probe.product_range,
        50005: model.probe.order,
        50006: 101,
        50007: 100 * major + 10 * minor + revision,
        50008: int(year_week, 16),
        50009: int(site_line, 16),
        50010: int(order),
        50018: major,
        50019: minor,
        50020: revision,
        50021: 1,
        50022: BUILD_DATE,
        50025: 2,
        50030: f"{model.probe.order:06d}",
        50038: "000100",
        50042: "SOCOMEC",
        50050: model.probe.product_name,
        50058: model.probe.extended_name,
        50066: 1,
        50067: plan.net_id,
    }


def block_of(point: Point) -> str:
    """The name of the point's block, without load and item: `load-settings`."""
    return point.block.partition("/")[0].partition("[")[0]


def load_setting(point: Point, load: LoadPlan | None) -> Value | None:
    """What a setting or the name of one load reads; None where it is no such register."""
    if block_of(point) not in LOAD_BLOCKS:
        return None
    if load is None:
        return "" if point.leaf == "name" else 0
    settings: dict[str, Value] = {
        "enabled": 1,
        "type": LOAD_TYPES.index(load.type) + 1,
        "inom": round(load.nominal),
        "nature": load.nature,
        "usage": list(type(load.usage)).index(load.usage) + 1,
        "name": load.name or f"Load {load.number}",
    }
    return settings.get(point.leaf)


def settings(network: Network, bus: BusPlan) -> Mapping[tuple[str, str], Value]:
    """Settings that are the same on all devices of a bus, by block and name."""
    return {
        ("network-settings", "nominal_voltage"): round(network.voltage),
        ("network-settings", "nominal_frequency"): 0 if network.frequency == 50 else 1,
        ("network-settings", "network_type"): THREE_PHASES_AND_NEUTRAL,
        ("rs485-settings", "stop_bits"): bus.stop_bits - 1,
        ("rs485-settings", "parity"): ("none", "odd", "even").index(bus.parity),
    }
