"""Who this SNMP engine is and when: its id, boots and time (RFC 3411 §5, RFC 3414 §2.2)."""

import logging
import os
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from digigate.errors import SettingsError
from digigate.services.snmp.ber import OCTETS, Oid, integer, tlv
from digigate.services.snmp.objects import Scalars
from digigate.services.snmp.tree import Table
from digigate.settings.sections import Snmp
from digigate.state import StateDirectory

log = logging.getLogger(__name__)

FILE = "snmp.json"
ENGINE: Oid = (1, 3, 6, 1, 6, 3, 10, 2, 1)
ENTERPRISE = (4555 | 0x80000000).to_bytes(4, "big")
BY_MAC, BY_OCTETS = b"\x03", b"\x05"
GREATEST = 2**31 - 1
"""Boots that have come so far stay there, and no signed message is in time any more."""


class Authority:
    """The id is made once and kept; boots grow with every start before anybody is answered."""

    def __init__(
        self,
        state: StateDirectory,
        macs: Iterable[str] = (),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read what was kept and write down that the engine has started once more.

        Raises:
            SettingsError: that cannot be written; managers would take our next start for a fraud.
        """
        kept = state.read_json(FILE)
        self.id = _kept_id(kept) or _made_id(macs)
        self.boots = min(_kept_boots(kept) + 1, GREATEST)
        self._monotonic = monotonic
        self._started = monotonic()
        try:
            state.write_json(FILE, {"engine_id": self.id.hex(), "boots": self.boots})
        except OSError as error:
            raise SettingsError(
                f"{state.file(FILE)} cannot be written: {error.strerror}"
            ) from error

    @property
    def time(self) -> int:
        """Seconds since the start."""
        return int(self._monotonic() - self._started)


def tables(authority: Callable[[], Authority], settings: Callable[[], Snmp]) -> Sequence[Table]:
    """The group snmpEngine of SNMP-FRAMEWORK-MIB."""
    return (
        Scalars(
            {
                (*ENGINE, 1): lambda: tlv(OCTETS, authority().id),
                (*ENGINE, 2): lambda: integer(authority().boots),
                (*ENGINE, 3): lambda: integer(authority().time),
                (*ENGINE, 4): lambda: integer(settings().message_max),
            }
        ),
    )


def _kept_id(kept: Any) -> bytes:  # noqa: ANN401 -- JSON is what it is
    text = kept.get("engine_id") if isinstance(kept, dict) else None
    try:
        found = bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        found = b""
    return found if 5 <= len(found) <= 32 else b""


def _kept_boots(kept: Any) -> int:  # noqa: ANN401 -- JSON is what it is
    boots = kept.get("boots") if isinstance(kept, dict) else None
    return boots if isinstance(boots, int) and 0 <= boots <= GREATEST else 0


def _made_id(macs: Iterable[str]) -> bytes:
    """Of the first MAC that is one station's own, else of chance."""
    for mac in macs:
        octets = bytes.fromhex(mac.replace(":", ""))
        if len(octets) == 6 and any(octets) and not octets[0] & 1:
            return ENTERPRISE + BY_MAC + octets
    return ENTERPRISE + BY_OCTETS + os.urandom(8)
