"""The topology in force: replaced whole, checked and written before anybody hears of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from digigate.settings.topology import Topology
from digigate.watchers import Watchers


class KeptTopology:
    """`current` is what is polled; `replace` is the only way to another one."""

    def __init__(
        self,
        topology: Topology,
        check: Callable[[Topology, Topology], None],
        save: Callable[[Topology], None],
    ) -> None:
        self.current = topology
        self._check = check
        self._save = save
        self._watchers = Watchers[Topology]()

    def check(self, topology: Topology) -> None:
        """Whether it could be put in force; raises as `replace`."""
        self._check(self.current, topology)

    def replace(self, topology: Topology) -> None:
        """Put another one in force; nothing happens where it is the same.

        Raises:
            SettingsError: it cannot be served, or it cannot be written; the former stays in force.
        """
        if topology == self.current:
            return
        self.check(topology)
        self._save(topology)
        self.current = topology
        self._watchers.tell(topology)

    def watch(self, watcher: Callable[[Topology], None]) -> AbstractContextManager[None]:
        """Call `watcher(topology)` after each replacement while the block runs."""
        return self._watchers.watch(watcher)
