"""The owner's door: STATE/control.sock, JSON lines, one command each.

Who only asks imports what is here; `server` knows the whole table of commands.
"""

from digigate.services.control.client import follow, order

__all__ = ["follow", "order"]
