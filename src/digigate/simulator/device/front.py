"""A slave's front and its part in a search: COM LED, button, private addressing."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from digigate.catalogue.addressing import HOLD, ComLed, Filter, Order, OrderKind, State

TRAFFIC_SHOWS = 2.0  # s for which the LED blinks after something was heard
ADDRESSES = range(1, 248)


class Light(StrEnum):
    """How a COM LED looks."""

    DARK = "dark"
    TRAFFIC = "traffic"
    BLINKING = "blinking"
    STEADY = "steady"


@dataclass(frozen=True, slots=True)
class Com:
    """A COM LED; one that blinks does so from `origin` on (s of the machine's monotonic clock)."""

    light: Light
    origin: float | None = None


class Front:
    """What one slave shows and does in a search; forgets all of it without supply."""

    def __init__(self, net_id: int, now: Callable[[], float]) -> None:
        self._net_id = net_id
        self._now = now
        self.restart()

    def restart(self) -> None:
        """Begin anew, as after a loss of supply."""
        self._begun: float | None = None
        self._led = ComLed.TRAFFIC
        self._pressed: float | None = None
        self._heard: float | None = None
        self.selected = False

    @property
    def takes_part(self) -> bool:
        """Whether it knows the private mechanism: who has no NET ID does not."""
        return self._net_id != 0

    def see_traffic(self) -> None:
        """A frame came by."""
        self._heard = self._now()

    def press(self, seconds: float) -> bool:
        """The button was held so long until now; returns whether that counts."""
        counts = self._begun is not None and seconds >= HOLD
        if counts:
            self._pressed = self._now()
        return counts

    def state(self, address: int) -> State:
        """What it says of itself."""
        ago = None if self._pressed is None else round(1000 * (self._now() - self._pressed))
        return State(self._net_id, address, ago)

    def com(self) -> Com:
        """The COM LED."""
        if self._led is ComLed.STEADY:
            return Com(Light.STEADY)
        if self._led is ComLed.BLINKING:
            return Com(Light.BLINKING, self._begun)
        fresh = self._heard is not None and self._now() - self._heard < TRAFFIC_SHOWS
        return Com(Light.TRAFFIC if fresh else Light.DARK)

    def obey(self, order: Order, address: int) -> int:
        """Follow one order; returns the address to have from now on."""
        if not self.takes_part:
            return address
        if order.kind is OrderKind.SELECT:
            self.selected = order.means(self._net_id) and self._chosen(order.argument, address)
        elif order.means(self._net_id):
            return self._follow(order, address)
        return address

    def _follow(self, order: Order, address: int) -> int:
        match order.kind:
            case OrderKind.BEGIN:
                self._begun, self._led = self._now(), ComLed.BLINKING
                self._pressed = None
            case OrderKind.ASSIGN if order.argument in ADDRESSES:
                self._pressed = None
                return order.argument
            case OrderKind.LED if order.argument in set(ComLed):
                self._led = ComLed(order.argument)
            case OrderKind.END:
                self._begun, self._led = None, ComLed.TRAFFIC
                self._pressed, self.selected = None, False
        return address

    def _chosen(self, whom: int, address: int) -> bool:
        if whom == Filter.PRESSED:
            return self._pressed is not None
        return whom in (Filter.EVERYBODY, address)
