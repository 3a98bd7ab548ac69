"""What a line is asked for."""

from collections.abc import Hashable
from enum import IntEnum
from typing import Protocol


class Priority(IntEnum):
    """Clients go before polling, at most one in two, so that polling never starves."""

    CLIENT = 0
    POLL = 1


class Requests(Protocol):
    """A door down to the slaves: a line, or the bus that knows which line has the slave."""

    async def request(
        self, unit: int, pdu: bytes, priority: Priority = Priority.CLIENT, client: Hashable = None
    ) -> bytes:
        """Send one request PDU to a slave and return its answer PDU (a non-exception one).

        Raises:
            SlaveException: the slave answered an exception.
            SlaveTimeout: no right answer before the deadline.
            LineDown: the port is closed or was lost.
        """
