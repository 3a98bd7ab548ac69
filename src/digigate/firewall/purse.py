"""Who counts a client's meter down: a service for its requests, as a connection for its octets."""

from typing import Protocol

from digigate.firewall.bucket import Meter


class Holder(Protocol):
    """Counts a meter down in place and asks once it is below zero."""

    meter: Meter

    @property
    def client(self) -> str:
        """Whose meter it is."""

    @property
    def service(self) -> str:
        """What for."""


class Overseer(Protocol):
    """Whom holders ask: the gate."""

    def admits_more(self, holder: Holder) -> bool:
        """Whether the client may go on; may give the holder another meter."""


class Purse:
    """The requests that one client may make of one service."""

    __slots__ = ("_overseer", "client", "meter", "service")

    def __init__(self, overseer: Overseer, client: str, service: str, meter: Meter) -> None:
        self._overseer = overseer
        self.client = client
        self.service = service
        self.meter = meter

    def spend(self, requests: int) -> bool:
        """Count requests; False = the client is excluded (now) and gets no answer."""
        meter = self.meter
        left = meter.requests = meter.requests - requests
        return left >= 0 or self._overseer.admits_more(self)
