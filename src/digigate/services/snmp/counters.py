"""What happened at the agent since the start: the snmp group of RFC 3418, and USM's statistics."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import partial

from digigate.services.snmp.ber import COUNTER32, Oid, integer
from digigate.services.snmp.objects import Scalars
from digigate.services.snmp.tree import ErrorStatus, Table


@dataclass(slots=True)
class Counters:
    """Numbered as RFC 1213 and 3418 number them; counted wherever a message goes through."""

    in_packets: int = 0
    out_packets: int = 0
    in_bad_versions: int = 0
    in_bad_community_names: int = 0
    in_bad_community_uses: int = 0
    in_parse_errors: int = 0
    in_too_bigs: int = 0
    in_no_such_names: int = 0
    in_bad_values: int = 0
    in_read_onlys: int = 0
    in_gen_errs: int = 0
    in_total_req_vars: int = 0
    in_total_set_vars: int = 0
    in_get_requests: int = 0
    in_get_nexts: int = 0
    in_set_requests: int = 0
    in_get_responses: int = 0
    in_traps: int = 0
    out_too_bigs: int = 0
    out_no_such_names: int = 0
    out_bad_values: int = 0
    out_gen_errs: int = 0
    out_get_requests: int = 0
    out_get_nexts: int = 0
    out_set_requests: int = 0
    out_get_responses: int = 0
    out_traps: int = 0
    silent_drops: int = 0
    proxy_drops: int = 0
    unknown_security_models: int = 0
    invalid_messages: int = 0
    unknown_pdu_handlers: int = 0
    unsupported_levels: int = 0
    not_in_time_windows: int = 0
    unknown_user_names: int = 0
    unknown_engine_ids: int = 0
    wrong_digests: int = 0
    decryption_errors: int = 0
    unknown_contexts: int = 0

    def refused(self, status: ErrorStatus) -> None:
        """An answer with this error-status goes out."""
        if status in OUT:
            self.add(OUT[status])

    def add(self, name: str) -> None:
        """Count one more of these."""
        setattr(self, name, getattr(self, name) + 1)


OUT = {
    ErrorStatus.TOO_BIG: "out_too_bigs",
    ErrorStatus.NO_SUCH_NAME: "out_no_such_names",
    ErrorStatus.BAD_VALUE: "out_bad_values",
    ErrorStatus.GEN_ERR: "out_gen_errs",
}
"""The counters of error-status; the others have none."""


SNMP: Oid = (1, 3, 6, 1, 2, 1, 11)
SNMP_ARCS = (*range(1, 7), *range(8, 23), *range(24, 30), 31, 32)
"""Where the first counters stand; 7 and 23 are nobody's, 30 is no counter."""
ENABLE_AUTHEN_TRAPS: Oid = (*SNMP, 30)
MPD: Oid = (1, 3, 6, 1, 6, 3, 11, 2, 1)
USM: Oid = (1, 3, 6, 1, 6, 3, 15, 1, 1)
TARGET: Oid = (1, 3, 6, 1, 6, 3, 12, 1)
NAMES = tuple(each.name for each in fields(Counters))
OIDS: dict[str, Oid] = dict(
    zip(
        NAMES,
        (
            *((*SNMP, arc) for arc in SNMP_ARCS),
            *((*MPD, arc) for arc in range(1, 4)),
            *((*USM, arc) for arc in range(1, 7)),
            (*TARGET, 5),
        ),
        strict=True,
    )
)
"""The object of each counter."""


def tables(counters: Counters, tells_failures: Callable[[], bool]) -> Sequence[Table]:
    """The counters as objects, and whether managers are told of wrong credentials."""
    objects: dict[Oid, Callable[[], bytes]] = {
        oid: partial(counted, counters, name) for name, oid in OIDS.items()
    }
    objects[ENABLE_AUTHEN_TRAPS] = lambda: integer(1 if tells_failures() else 2)
    return (Scalars(objects),)


def counted(counters: Counters, name: str) -> bytes:
    """A counter as a whole element."""
    return integer(getattr(counters, name) & 0xFFFFFFFF, COUNTER32)
