"""The name plate."""

import pytest

from digigate.identity import GatewayModel, Identity
from digigate.settings.sections import Gateway


@pytest.mark.parametrize(
    ("model", "ble", "code"),
    [
        ("M-50", False, "4829 0219"),
        ("M-70", False, "4829 0220"),
        ("M-50", True, "4829 0221"),
        ("M-70", True, "4829 0222"),
    ],
)
def test_model_and_option_select_the_order_code(model: str, ble: bool, code: str) -> None:
    identity = Gateway(model=GatewayModel(model), ble=ble).identity()
    assert identity.order_code == code
    assert identity.product_name == f"DIRIS DIGIWARE {model}"


def test_only_an_m70_has_the_measurement_pages() -> None:
    small = Identity(GatewayModel.M50).capabilities
    large = Identity(GatewayModel.M70).capabilities
    for name in ("measurement_pages", "history_pages", "photoview", "hierarchy"):
        assert not getattr(small, name)
        assert getattr(large, name)


def test_the_plate_shows_what_the_settings_say() -> None:
    identity = Gateway(net_id=0xDEADBEEF, serial="12345678901").identity()
    assert (identity.net_id, identity.serial) == (0xDEADBEEF, "12345678901")
    assert identity.model is GatewayModel.M70
