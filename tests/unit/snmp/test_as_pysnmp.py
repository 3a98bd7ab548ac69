"""Our answers to generated requests are those of pysnmp, which somebody else wrote."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digigate.services.snmp.ber import Oid
from digigate.services.snmp.pdu import GET, GET_BULK, GET_NEXT
from digigate.services.snmp.tree import ErrorStatus
from digigate.settings.sections import Snmp
from digigate.state import StateDirectory
from snmp.agents import Stand, stand
from snmp.asking import Told, message, pdu, told
from snmp.oracle import Oracle
from snmp.small_tree import ENTERPRISE, LAST, SYSTEM, forest

V1, V2C = 0, 1
COMMUNITIES = {V1: "public", V2C: "publicV2"}
END = 0x82
LONGEST_VARBIND = 360

ARC = st.sampled_from([0, 1, 2, 4, 5, 9, 127, 128, 300, 16383, 16384, 2**32 - 1])
KNOWN = st.sampled_from(
    [(*ENTERPRISE, 10000 + c, a, n) for c in range(8) for a in (4, 5, 9) for n in (1, 2, 300)]
    + [(*SYSTEM, n, 0) for n in range(1, 7)]
    + [(*LAST, 2, 0), (*LAST, 5, 0)]
)
NEAR = st.builds(
    lambda known, cut, arcs: (*known[:cut], *arcs),
    KNOWN,
    st.integers(2, 14),
    st.lists(ARC, max_size=3).map(tuple),
)
ANY = st.lists(ARC, max_size=8).map(lambda arcs: (1, 3, *arcs))
NAMES = st.lists(KNOWN | NEAR | ANY, min_size=1, max_size=8)
NUMBERS = st.integers(-(2**31), 2**31 - 1)


class Pair:
    """The two agents over one tree."""

    def __init__(self, ours: Stand, theirs: Oracle) -> None:
        self._ours, self._theirs = ours, theirs
        self.size = 0
        """Octets of our last answer."""

    def ask(self, version: int, inner: bytes) -> tuple[Told, Told]:
        request = message(version, COMMUNITIES[version], inner)
        ours, theirs = self._ours.ask(request), self._theirs.ask(request)
        assert ours is not None
        assert theirs is not None
        self.size = len(ours)
        return told(ours), told(theirs)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    view = forest()
    with StateDirectory(tmp_path_factory.mktemp("pysnmp")) as state:
        yield Pair(stand(state, Snmp(), view), Oracle(view, Snmp()))


FEW = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))


@FEW
@given(
    version=st.sampled_from([V1, V2C]),
    kind=st.sampled_from([GET, GET_NEXT]),
    names=NAMES,
    number=NUMBERS,
)
def test_a_get_and_a_getnext(
    pair: Pair, version: int, kind: int, names: list[Oid], number: int
) -> None:
    ours, theirs = pair.ask(version, pdu(kind, names, number=number))
    if version == V1 and theirs.status == ErrorStatus.NO_SUCH_NAME:
        assert 1 <= ours.index <= theirs.index
        theirs = replace(theirs, index=ours.index)
    assert ours == theirs


@FEW
@given(names=NAMES, first=st.integers(0, 10), second=st.integers(1, 30), number=NUMBERS)
def test_a_getbulk(pair: Pair, names: list[Oid], first: int, second: int, number: int) -> None:
    ours, theirs = pair.ask(V2C, pdu(GET_BULK, names, first, second, number))
    once = min(max(first, 0), len(names))
    whole = _until_all_ended(theirs, once, len(names) - once)
    shown = len(ours.varbinds)
    assert ours == replace(whole, varbinds=whole.varbinds[:shown])
    assert shown == len(whole.varbinds) or pair.size > 4096 - LONGEST_VARBIND


def _until_all_ended(answer: Told, once: int, repeaters: int) -> Told:
    """Without the rounds after the first one in which all have ended."""
    found = list(answer.varbinds)
    for at in range(once, len(found), repeaters or 1):
        if all(tag == END for _, tag, _ in found[at : at + repeaters]):
            found = found[: at + repeaters]
            break
    return replace(answer, varbinds=found)
