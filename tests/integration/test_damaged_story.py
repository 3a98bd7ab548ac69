"""System alarm 5 (§13): an identity that cannot be, and a slave with old firmware."""

from pathlib import Path

import pytest

from running import Gateway, eventually
from running.commissioning import commissioning

PLANT = {
    "buses": {"digiware": {}},
    "slaves": [
        {"bus": "digiware", "address": 6, "model": "digiware-i30", "firmware": "1.8.9",
         "net_id": 6},
        {"bus": "digiware", "address": 7, "model": "digiware-i30", "net_id": 7},
    ],
}  # fmt: skip
DAMAGED = {"gateway": {"net_id": 0xFFFFFFFF, "serial": "99999999999"}}


def alarms(gateway: Gateway) -> set[str]:
    """The conditions behind alarm 5, as a client of the API sees them."""
    told = gateway.get("/api/v1/conditions")["conditions"]
    kinds = ("product.damaged", "firmware.newer")
    return {f"{c['name']}@{c['subject']}" for c in told if c["name"] in kinds}


@pytest.mark.manual(296)
def test_each_cause_is_told_and_ends(tmp_path: Path) -> None:
    with commissioning(tmp_path / "site", PLANT, settings=DAMAGED) as site:
        gateway = site.gateway
        plate = {"product.damaged@net_id", "product.damaged@serial"}
        assert alarms(gateway) == plate
        for address in (6, 7):
            gateway.order("topology.add", address=address, bus="digiware", model="digiware-i30")
        eventually(lambda: alarms(gateway) == {*plate, "firmware.newer@6"}, what="old firmware")
        gateway.order("settings.set", path="gateway.net_id", value=0x12AB)
        gateway.order("settings.set", path="gateway.serial", value="26471010001")
        gateway.order("topology.remove", address=6)
        eventually(lambda: alarms(gateway) == set(), what="the end of all of them")
