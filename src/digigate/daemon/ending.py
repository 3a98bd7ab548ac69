"""How a run of the daemon ends: for good, or to begin anew."""

import asyncio

GRACE = 0.3  # seconds between the order to reboot and the end, so that its answer goes out


class Ending:
    """Awaited by whoever runs the services; signals and the reboot order set it."""

    def __init__(self) -> None:
        self.again = False
        """Whether everything is to start anew."""
        self.relaunching = False
        """Whether another release is to run next."""
        self._come = asyncio.Event()

    async def wait(self) -> None:
        """Until the run is to end."""
        await self._come.wait()

    def stop(self) -> None:
        """End now, for good."""
        self.again = self.relaunching = False
        self._come.set()

    def relaunch(self) -> None:
        """End in a moment; whoever started us launches what was installed."""
        self.relaunching = True
        self.reboot()

    def reboot(self) -> None:
        """End in a moment, and begin anew."""
        self.again = True
        asyncio.get_running_loop().call_later(GRACE, self._come.set)
