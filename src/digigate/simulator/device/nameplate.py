"""What a device says of itself, its loads and its settings: constants by register address."""

from collections.abc import Callable, Mapping
from datetime import datetime

from digigate.catalogue import Model, Value
from digigate.simulator.physics.wiring import LOAD_TYPES
from digigate.simulator.plant import BusPlan, LoadPlan, Network, SlavePlan

BUILD_DATE = datetime(2025, 6, 16, 9, 30)  # noqa: DTZ001 -- a date without a zone
VERSION = (1, 9, 2)
SETTINGS, SETTINGS_STRIDE = 13824, 32
NAMES, NAMES_STRIDE = 46592, 16
THREE_PHASES_AND_NEUTRAL = 5  # code of 12288


def identification(plan: SlavePlan, model: Model) -> dict[int, Value]:
    """Block 50000 (facts, common_identification): fields not listed are 0."""
    major, minor, revision = VERSION
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


def load_settings(load: LoadPlan) -> dict[int, Value]:
    """Settings and name of one load, on the B-30 address plan (facts §3)."""
    base = SETTINGS + SETTINGS_STRIDE * (load.number - 1)
    return {
        base: 1,
        base + 1: LOAD_TYPES.index(load.type) + 1,
        base + 2: round(load.nominal),
        base + 12: load.nature,
        base + 13: list(type(load.usage)).index(load.usage) + 1,
        NAMES + NAMES_STRIDE * (load.number - 1): load.name or f"Load {load.number}",
    }


def network_settings(network: Network) -> dict[int, Value]:
    """The device's picture of the supply, on the B-30 address plan."""
    return {
        12288: THREE_PHASES_AND_NEUTRAL,
        12289: round(network.voltage),
        12291: 0 if network.frequency == 50 else 1,
    }


def constants(plan: SlavePlan, model: Model, network: Network) -> Mapping[int, Value]:
    """All of them for one slave."""
    known = identification(plan, model) | network_settings(network)
    for number in range(1, model.loads.count + 1):
        base = SETTINGS + SETTINGS_STRIDE * (number - 1)
        known |= {base: 0, base + 1: 0}
    for load in plan.loads:
        known |= load_settings(load)
    return known


def leaves(bus: BusPlan) -> dict[str, Callable[[float], Value]]:
    """Settings whose addresses differ between models, by the registers' own names."""
    stop_bits, parity = bus.stop_bits - 1, ("none", "odd", "even").index(bus.parity)
    return {"stop_bits": lambda _: stop_bits, "parity": lambda _: parity}
