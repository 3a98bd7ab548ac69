"""What the owner's door tells: services, buses, conditions, listening sockets."""

from digigate.commands import Json
from digigate.daemon.house import House


def status(house: House) -> Json:
    """The state of everything in short, as `digigate status` prints it."""
    return {
        "services": [
            {"name": h.name, "state": h.state, "since": h.since.isoformat(), "reason": h.reason}
            for h in house.supervisor.health()
        ],
        "buses": [
            {
                "name": line.name,
                "port": line.port,
                "state": line.state,
                "reason": line.reason,
                "cycle": line.cycle_p50,
            }
            for line in house.bus.lines()
        ],
        "slaves": {str(a): slave.state for a, slave in house.bus.slaves().items()},
        "conditions": [
            {"name": c.name, "subject": c.subject, "since": c.since.isoformat(), "reason": c.reason}
            for c in house.conditions.active()
        ],
    }


def sockets(house: House) -> Json:
    """The TCP and UDP ports behind the gate: there must be no other."""
    return sorted(sock.getsockname()[1] for sock in house.gate.sockets())
