"""Who may knock at all: with rules set, whoever matches none is dropped (§11.3.5)."""

from collections import OrderedDict

from digigate.firewall.neighbours import Neighbours
from digigate.firewall.rules import Door, Match, Protocol, compiled
from digigate.settings.sections import FirewallRule

REMEMBERED = 4096
ADMITTED_FOR, DROPPED_FOR = 5.0, 0.5  # seconds that an answer is good for: its MAC may come yet


class WhiteList:
    """Rules, and what they said of those who knocked in the last seconds."""

    def __init__(self, neighbours: Neighbours) -> None:
        self._neighbours = neighbours
        self._rules: tuple[Match, ...] = ()
        self._said: OrderedDict[tuple[str, Door], tuple[bool, float]] = OrderedDict()

    def apply(self, rules: tuple[FirewallRule, ...]) -> None:
        """Use these rules from now on; none = everybody is admitted."""
        self._rules = compiled(rules)
        self._said.clear()

    def __bool__(self) -> bool:
        """Whether there are rules at all."""
        return bool(self._rules)

    def admits(self, client: str, door: Door, now: float) -> bool:
        """Whether a client may knock at this door; remembered, for a flood asks often."""
        if not self._rules:
            return True
        said = self._said.get((client, door))
        if said is not None and now < said[1]:
            return said[0]
        answer = self.matches(client, door.protocol, door.port)
        self._said[client, door] = (answer, now + (ADMITTED_FOR if answer else DROPPED_FOR))
        if len(self._said) > REMEMBERED:
            self._said.popitem(last=False)
        return answer

    def matches(self, client: str, protocol: Protocol, port: int) -> bool:
        """Whether a rule names this client there; False where there are no rules."""
        return self._matches(self._rules, client, protocol, port)

    def would_match(
        self, rules: tuple[FirewallRule, ...], client: str, protocol: Protocol, port: int
    ) -> bool:
        """The same for rules that are not in force."""
        return self._matches(compiled(rules), client, protocol, port)

    def _matches(
        self, rules: tuple[Match, ...], client: str, protocol: Protocol, port: int
    ) -> bool:
        client, mac_of = client.partition("%")[0], self._neighbours.mac_of
        return any(rule.admits(client, protocol, port, mac_of) for rule in rules)
