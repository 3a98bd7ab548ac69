"""`panel`, `identify`, `button.addr`: the front of the box (§6.3, §10)."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from pydantic import Field

from digigate.bus.detection import Detector, Wishes
from digigate.commands import Arguments, Command, Commands, Json
from digigate.daemon.front import Front
from digigate.panel import SILK_SCREEN, starts_search
from digigate.settings.profiles import ADMINISTRATORS
from digigate.settings.sections import Detection


class Held(Arguments):
    """For how many seconds the button was held."""

    seconds: Annotated[float, Field(gt=0, le=60)]


class Sought(Arguments):
    """Which slave shall show itself; nothing = the gateway."""

    address: Annotated[int, Field(ge=1, le=247)] | None = None


def enter_panel(
    commands: Commands,
    front: Front,
    detector: Detector,
    settings: Callable[[], Detection],
    blink: Callable[[int], Awaitable[None]],
) -> None:
    """Look at the lamps, make the box or a slave (`blink`) show itself, press the button."""

    async def panel(_: Arguments) -> Json:
        return {
            "lamps": {
                led.value: {"light": lamp.light.value, "origin": lamp.origin, "period": lamp.period}
                for led, lamp in front.lamps().items()
            },
            "silk_screen": list(SILK_SCREEN),
        }

    async def identify(asked: Sought) -> Json:
        if asked.address is None:
            front.seek()
        else:
            await blink(asked.address)
        return None

    async def button(asked: Held) -> Json:
        started = starts_search(asked.seconds) and not detector.status.phase.running
        if started:
            stored = settings()
            detector.start(Wishes(stored.mode, stored.resolve))
        return {"started": started}

    commands.add(Command("panel", Arguments, panel, ADMINISTRATORS, audited=False))
    commands.add(Command("identify", Sought, identify, ADMINISTRATORS))
    commands.add(Command("button.addr", Held, button, ADMINISTRATORS))
