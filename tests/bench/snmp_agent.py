"""Our SNMP agent behind the gate alone: `bench.snmp_agent [timed]`.

Prints its port and serves the bench's table until its standard input ends; `timed` tells the
least time that each datagram took.
"""

import asyncio
import hashlib
import json
import sys
import tempfile
import time
from pathlib import Path

from bench.snmp_values import Circuits
from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.firewall import Gate
from digigate.services.snmp.access import access
from digigate.services.snmp.agent import Agent, Parts
from digigate.services.snmp.authority import Authority
from digigate.services.snmp.counters import Counters, tables
from digigate.services.snmp.door import Address, Place, SnmpDoor
from digigate.services.snmp.engine import Reporter
from digigate.services.snmp.forest import Forest
from digigate.services.snmp.secure import Secured
from digigate.services.snmp.tree import ErrorStatus, Notification, Outcome
from digigate.settings.sections import Firewall, Snmp
from digigate.state import Ports, StateDirectory

LIMITS = Firewall(kbits=1_000_000, requests=100_000)  # the dearest path is measured, not a refusal
PASSWORD = "maplesyrup"


class Nobody:
    """Sets nothing and tells nobody."""

    async def write(self, *_: object) -> Outcome:
        """Nothing can be set."""
        return Outcome(ErrorStatus.NOT_WRITABLE, 1)

    def send(self, notification: Notification) -> None:
        """Nobody hears it."""


class Timed(Agent):
    """Notes the shortest time that each datagram took; they are told apart by their octets."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self.best: dict[str, float] = {}

    def take(self, datagram: bytes, address: Address) -> bytes | None:
        """As `Agent.take`."""
        began = time.perf_counter()
        answer = super().take(datagram, address)
        taken, kind = time.perf_counter() - began, hashlib.sha1(datagram).hexdigest()
        self.best[kind] = min(self.best.get(kind, taken), taken)
        return answer


def _agent(state: StateDirectory, kind: type[Agent]) -> Agent:
    secret = "vault:settings.snmp.v3_read_password-00000001"
    snmp = Snmp(v3_read_password=secret)
    authority = Authority(state)
    known = access(snmp, authority.id, lambda _: PASSWORD)
    counters, nobody = Counters(), Nobody()
    view = Forest((Circuits(), *tables(counters, lambda: True)))
    room = snmp.message_max
    return kind(
        Parts(
            known,
            view,
            nobody,
            nobody,
            counters,
            Secured(authority, known.users, room),
            Reporter(authority, tuple(known.users.values()), counters, room),
            room,
            lambda: False,
        )
    )


async def _serve(state: StateDirectory, kind: type[Agent]) -> None:
    gate, ports = Gate(LIMITS, Conditions(Clock())), Ports(state)
    agent = _agent(state, kind)

    async def prepared() -> Agent:
        return agent

    door = SnmpDoor(Place("127.0.0.1", 0), gate, ports, prepared)
    serving = asyncio.create_task(door.run(lambda: print(ports.all()["snmp"], flush=True)))
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await asyncio.wait({serving, ended}, return_when=asyncio.FIRST_COMPLETED)
    serving.cancel()
    if isinstance(agent, Timed):
        print(json.dumps({"best": agent.best}), flush=True)


def main() -> None:
    """Run with the arguments of the command line."""
    with (
        tempfile.TemporaryDirectory(prefix="digigate-bench-") as folder,
        StateDirectory(Path(folder)) as state,
    ):
        asyncio.run(_serve(state, Timed if "timed" in sys.argv[1:] else Agent))


if __name__ == "__main__":
    main()
