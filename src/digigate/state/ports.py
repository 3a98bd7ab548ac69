"""`ports.json`: which port each service got, for `digigate ports` and for tests."""

from digigate.state.directory import StateDirectory

PORTS = "ports.json"


class Ports:
    """Service name -> TCP or UDP port; written at once whenever it changes after `write()`."""

    def __init__(self, state: StateDirectory) -> None:
        self._state = state
        self._ports: dict[str, int] = {}
        self._written = False

    def announce(self, name: str, port: int) -> None:
        """This service listens on this port from now on."""
        self._ports[name] = port
        if self._written:
            self.write()

    def withdraw(self, name: str) -> None:
        """This service listens no more."""
        if self._ports.pop(name, None) is not None and self._written:
            self.write()

    def all(self) -> dict[str, int]:
        """Every port that is announced, by name."""
        return dict(sorted(self._ports.items()))

    def write(self) -> None:
        """Publish: called once when all services have settled; changes follow by themselves."""
        self._state.write_json(PORTS, self.all())
        self._written = True

    def remove(self) -> None:
        """Take the file away: nothing listens any more."""
        self._written = False
        self._state.remove(PORTS)
