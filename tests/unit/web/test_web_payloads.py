"""What the API says, without a server."""

from datetime import timedelta

from digigate.services.web import payloads
from digigate.services.web.jsonable import dumps
from digigate.settings.topology import Topology
from unit.web.gateway_view import COUNTER, METER, NOON, Plant, m50


def test_the_name_plate() -> None:
    assert payloads.gateway(Plant().view) == {
        "model": "M-70",
        "product_name": "DIRIS DIGIWARE M-70",
        "order_code": "4829 0220",
        "ble": False,
        "net_id": "0x00000ABC",
        "serial": "00000000000",
        "firmware": Plant().identity.firmware,
        "site": "PLANT 7",
        "server": "north",
        "time": "2026-03-29T12:00:00.000Z",
        "zone": "Europe/Paris",
        "utc_offset": 7200,
        "speed": 1.0,
        "capabilities": {"measurement_pages": True},
        "counts": {"devices": 2, "online": 1, "loads": 2},
    }


def test_an_m50_shows_that_it_has_no_measurement_pages() -> None:
    shown = payloads.gateway(m50().view)
    assert (shown["model"], shown["order_code"]) == ("M-50", "4829 0219")
    assert shown["capabilities"] == {"measurement_pages": False}


def test_a_device_joins_topology_catalogue_and_bus() -> None:
    plant = Plant()
    plant.later(2.04)
    shown = payloads.devices(plant.view)["devices"]
    assert isinstance(shown, list)
    assert shown[0] == {
        "address": METER,
        "bus": "digiware",
        "gateway": "",
        "model": {
            "key": "diris-i30",
            "name": "DIRIS Digiware I-30",
            "family": "digiware",
            "certainty": "official",
        },
        "name": "I-30 workshop",
        "serial": "20261234567",
        "net_id": "0x000012AB",
        "loads": [
            {"number": 1, "name": "Lathe", "usage": "Process"},
            {"number": 2, "name": "Saw", "usage": ""},
        ],
        "state": "online",
        "since": "2026-03-29T12:00:00.000Z",
        "reason": "",
        "last_answer": "2026-03-29T12:00:00.000Z",
        "age": 2.0,
        "counters": {
            "asked": 100,
            "answered": 98,
            "exceptions": 0,
            "timeouts": 1,
            "crc_errors": 1,
            "garbled": 0,
            "lost": 0,
            "stale_bytes": 0,
        },
        "turnaround_p50": 0.0061,
        "turnaround_p99": 0.0123,
        "retry_in": None,
    }


def test_a_model_out_of_the_catalogue_and_a_slave_that_never_answered() -> None:
    plant = Plant()
    configured = plant.topology.device(COUNTER)
    assert configured is not None
    shown = payloads.device(plant.view, configured, plant.bus.states[COUNTER])
    assert shown["model"] == {
        "key": "countis-e99",
        "name": "countis-e99",
        "family": "",
        "certainty": "unknown",
    }
    assert (shown["state"], shown["reason"]) == ("silent", "no answer")
    assert (shown["last_answer"], shown["age"], shown["retry_in"]) == (None, None, 12.3)


def test_a_device_the_bus_does_not_know_yet_has_the_same_fields() -> None:
    plant = Plant()
    configured = plant.topology.devices[0]
    unseen = payloads.device(plant.view, configured, None)
    assert unseen["state"] == "unknown"
    assert set(unseen) == set(payloads.device(plant.view, configured, plant.bus.states[METER]))


def test_an_answer_from_the_future_has_no_negative_age() -> None:
    plant = Plant()
    plant.bus.change(METER, last_answer=NOON + timedelta(hours=1))
    shown = payloads.device(plant.view, plant.topology.devices[0], plant.bus.states[METER])
    assert shown["age"] == 0.0


def test_a_bus_counts_its_devices() -> None:
    (bus,) = _list(payloads.buses(Plant().view), "buses")
    expected = {"name": "digiware", "port": "/dev/ttyUSB0", "state": "up", "baudrate": 38400}
    assert {key: bus[key] for key in expected} == expected
    assert (bus["devices"], bus["online"], bus["utilisation"]) == (1, 1, 0.412)
    assert (bus["cycle_planned"], bus["cycle_p50"], bus["cycle_p95"]) == (0.8, 0.81, 0.9)


def test_a_service_with_its_port() -> None:
    (service,) = _list(payloads.services(Plant().view), "services")
    assert service == {
        "name": "https",
        "state": "ready",
        "since": "2026-03-29T12:00:00.000Z",
        "reason": "",
        "port": 8443,
    }


def test_conditions_are_listed_while_they_last() -> None:
    plant = Plant()
    plant.conditions.set("slave.timeout", "20", "no answer")
    assert payloads.conditions(plant.view) == {
        "conditions": [
            {
                "name": "slave.timeout",
                "subject": "20",
                "since": "2026-03-29T12:00:00.000Z",
                "reason": "no answer",
            }
        ]
    }
    plant.conditions.clear("slave.timeout", "20")
    assert payloads.conditions(plant.view) == {"conditions": []}


def test_an_empty_plant_is_no_special_case() -> None:
    plant = Plant()
    plant.topology = Topology()
    assert payloads.counts(plant.view) == {"devices": 0, "online": 0, "loads": 0}
    assert dumps(payloads.devices(plant.view)) == b'{"devices":[]}'


def _list(payload: object, key: str) -> list[dict[str, object]]:
    assert isinstance(payload, dict)
    found: list[dict[str, object]] = payload[key]
    return found
