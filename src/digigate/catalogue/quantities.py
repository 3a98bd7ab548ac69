"""The one vocabulary in which all rooms speak of measurements."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a quantity's number is."""

    GAUGE = "gauge"  # a momentary value: V, A, W
    COUNTER = "counter"  # a meter index that only grows: Wh
    DEMAND = "demand"  # a mean over an integration period: load curve
    CODE = "code"  # an enumeration: power factor type


@dataclass(frozen=True, slots=True)
class Quantity:
    """One row of quantities.csv: where each north-bound protocol finds this measurement."""

    key: str  # `current.i1`
    kind: Kind
    unit: str  # SI unit as printed: V, A, W, var, VA, Hz, %, Wh ..; empty for codes and ratios
    signed: bool
    bacnet_index: int | None  # 0..61, Annexe II
    bacnet_name: str
    snmp_service: int | None  # Annexe I-5
    snmp_name: str
    group: str  # how pages gather it: voltage, current, power, factor, energy, quality, demand, ..
    source: str
