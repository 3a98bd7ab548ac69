"""Who this gateway is: M-50 or M-70, with or without BLE (§6.1)."""

from dataclasses import dataclass
from enum import StrEnum

from digigate import __version__


class GatewayModel(StrEnum):
    """The two models of the product range (§6.1)."""

    M50 = "M-50"
    M70 = "M-70"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What one model offers beyond the gateway itself (§6.1, §6.2)."""

    measurement_pages: bool
    history_pages: bool
    photoview: bool
    hierarchy: bool


CAPABILITIES = {
    GatewayModel.M50: Capabilities(
        measurement_pages=False, history_pages=False, photoview=False, hierarchy=False
    ),
    GatewayModel.M70: Capabilities(
        measurement_pages=True, history_pages=True, photoview=True, hierarchy=True
    ),
}

ORDER_CODES = {
    (GatewayModel.M50, False): "4829 0219",
    (GatewayModel.M70, False): "4829 0220",
    (GatewayModel.M50, True): "4829 0221",
    (GatewayModel.M70, True): "4829 0222",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """The name plate: model, BLE option, NET ID (32 bits), serial number and firmware version."""

    model: GatewayModel = GatewayModel.M70
    ble: bool = False
    net_id: int = 0
    serial: str = "00000000000"
    firmware: str = __version__

    @property
    def order_code(self) -> str:
        """One of 4829 0219 .. 0222 (§6.1)."""
        return ORDER_CODES[self.model, self.ble]

    @property
    def capabilities(self) -> Capabilities:
        """What this model offers."""
        return CAPABILITIES[self.model]

    @property
    def product_name(self) -> str:
        """The name on the front: `DIRIS DIGIWARE M-70`."""
        return f"DIRIS DIGIWARE {self.model}"
