"""Every listening socket and the limits of who sends to it (§11.3.5)."""

from digigate.firewall.gate import Exclusion, Gate

__all__ = ["Exclusion", "Gate"]
