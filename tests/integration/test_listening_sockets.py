"""Every socket on which the daemon can be reached from the network is the gate's."""

from pathlib import Path

from running import Gateway, free_demo

LISTEN = "0A"
UNCONNECTED = "07"


def test_the_process_listens_on_nothing_but_the_gates_sockets(tmp_path: Path) -> None:
    with free_demo(tmp_path / "state") as gateway:
        declared = gateway.order("sockets")
        assert sorted(_listening(gateway)) == declared
        assert sorted(gateway.ports().values()) == declared


def _listening(gateway: Gateway) -> list[int]:
    """Ports of listening TCP and unconnected UDP sockets that the process holds."""
    inodes = set()
    for entry in Path(f"/proc/{gateway.process.pid}/fd").iterdir():
        try:
            target = str(entry.readlink())
        except FileNotFoundError:  # closed meanwhile
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found = []
    for table, state in (
        ("tcp", LISTEN),
        ("tcp6", LISTEN),
        ("udp", UNCONNECTED),
        ("udp6", UNCONNECTED),
    ):
        path = Path(f"/proc/{gateway.process.pid}/net/{table}")
        for line in path.read_text().splitlines()[1:] if path.exists() else ():
            words = line.split()
            if words[3] == state and words[9] in inodes:
                found.append(int(words[1].rpartition(":")[2], 16))
    return found
