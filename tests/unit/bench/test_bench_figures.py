"""The bench's own arithmetic: verdicts, the table, the share of the wire."""

import json

from bench.bus_line import wire_share
from bench.figures import Figure, Found, as_json, table
from bench.registers import register_at, registers

DEAD = Figure("bus", "digigate", "dead time p50", 312.4, "us", 400)
SLOW = Figure("bus", "digigate", "dead time p90", 512.0, "us", 500)
PEER = Figure("tcp", "libmodbus", "CPU per request", 8.71, "us")


def test_a_value_at_its_limit_is_within() -> None:
    at_limit = Figure("bus", "digigate", "silences too short", 0, limit=0)
    assert [figure.verdict for figure in (at_limit, DEAD, SLOW, PEER)] == ["ok", "ok", "over", ""]


def test_the_table_names_a_bench_once_and_aligns_values() -> None:
    lines = table([DEAD, SLOW, PEER]).splitlines()
    assert [" ".join(line.split()) for line in lines[1:]] == [
        "bus digigate dead time p50 312 us <= 400 ok",
        "digigate dead time p90 512 us <= 500 over",
        "",
        "tcp libmodbus CPU per request 8.71 us",
    ]
    assert lines[1].index(" us") == lines[2].index(" us") == lines[4].index(" us")


def test_json_keeps_figures_verdicts_and_raw_findings() -> None:
    found = Found((DEAD,), {"bus": {"answers": 3}})
    document = json.loads(as_json({"cpus": 2}, [found], ["tcp: no libmodbus"]))
    assert document["figures"][0]["value"] == 312.4
    assert document["figures"][0]["verdict"] == "ok"
    assert document["raw"] == {"bus": {"answers": 3}}
    assert document["missing"] == ["tcp: no libmodbus"]


def test_a_master_that_cuts_silences_short_exceeds_the_wire() -> None:
    assert wire_share({"wire_s": 2.0, "elapsed_s": 2.5}) == 80
    assert wire_share({"wire_s": 2.1, "elapsed_s": 2.0}) > 100


def test_registers_differ_between_units_and_between_addresses() -> None:
    words = {register_at(unit, address) for unit in range(1, 5) for address in range(1000, 1030)}
    assert len(words) > 115
    assert registers(4, 1000, 2) == b"".join(
        register_at(4, address).to_bytes(2, "big") for address in (1000, 1001)
    )
