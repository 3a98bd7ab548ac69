"""Somebody at the command line of a machine on which a gateway runs."""

import subprocess
import sys

from running.gateway import ROOT, Gateway


class Technician:
    """Types `digigate …` at one gateway."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway

    def types(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """One command line, its exit code and what it printed."""
        state = ("--state", str(self.gateway.state))
        return subprocess.run(
            [sys.executable, "-m", "digigate.cli", *words, *state],
            cwd=ROOT,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def does(self, *words: str, given: str = "") -> str:
        """What a command printed that must succeed."""
        done = self.types(*words, given=given)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def is_refused(self, *words: str, given: str = "") -> str:
        """What a command said that must be refused."""
        done = self.types(*words, given=given)
        assert done.returncode == 1, done.stdout
        return done.stderr
