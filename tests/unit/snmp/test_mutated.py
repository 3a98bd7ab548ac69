"""Spoiled packets: no exception, no growth, and whoever asks rightly is answered.

DIGIGATE_MUTATIONS=100000 pytest tests/unit/snmp/test_mutated.py
"""

import gc
import os
import tracemalloc

import pytest

from digigate.services.snmp.ber import integer
from digigate.services.snmp.pdu import GET
from digigate.state import StateDirectory
from snmp.agents import Stand, stand
from snmp.asking import message, pdu, told
from snmp.mutating import packets
from snmp.small_tree import SYSTEM

COUNT = int(os.environ.get("DIGIGATE_MUTATIONS", "4000"))
ASK_EVERY = 100
GROWTH_MAX = 500_000
"""Octets: pysnmp keeps 300 kB of time marks; in the long run 7 octets a packet would be more."""
QUESTION = pdu(GET, [(*SYSTEM, 1, 0)], number=7)


@pytest.fixture
def site(state: StateDirectory) -> Stand:
    return stand(state, reports=True)


@pytest.mark.timeout(1200)
def test_whatever_comes_the_next_is_answered_and_nothing_is_kept(site: Stand) -> None:
    user = site.parts.access.users[b"writer"]
    spoiled = list(packets(COUNT, site.secured, user, seed=4555))
    _ask(site, spoiled[: COUNT // 4])
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    _ask(site, spoiled[COUNT // 4 :])
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    counters = site.counters
    assert counters.in_packets >= COUNT
    assert counters.in_parse_errors > COUNT // 10
    assert counters.wrong_digests > COUNT // 50
    assert counters.out_packets > COUNT // 50
    assert grown < GROWTH_MAX


def _ask(site: Stand, spoiled: list[bytes]) -> None:
    for number, datagram in enumerate(spoiled):
        site.ask(datagram)
        if number % ASK_EVERY == 0:
            answer = site.ask(message(1, "publicV2", QUESTION))
            assert answer is not None
            assert told(answer).number == 7
            reader = site.parts.access.users[b"reader"]
            assert site.ask(site.secured.sealed(QUESTION, integer(8), reader)) is not None
