"""Tables over the network as it was last looked at."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from digigate.services.snmp.ber import Oid
from digigate.services.snmp.mib2.host import HostWatch, Network

K = TypeVar("K")


def each_look(
    watch: HostWatch, entries: Callable[[Network], Mapping[Oid, K]]
) -> Callable[[], Mapping[Oid, K]]:
    """The entries of the last look, made once for each."""
    seen: Network | None = None
    made: Mapping[Oid, K] = {}

    def current() -> Mapping[Oid, K]:
        nonlocal seen, made
        if watch.network is not seen:
            seen = watch.network
            made = entries(seen)
        return made

    return current
