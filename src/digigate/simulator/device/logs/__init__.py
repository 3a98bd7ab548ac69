"""What a device keeps of the past, and how it is downloaded: command, header, data (facts §3).

How records are numbered is not published; ours: one record is one period (or one event), its
number is its ordinal modulo 65535, 65535 asks for the newest, an answer goes back in time from
the record that was asked for, and `next_record` says where to go on (65535 = no older one).
"""

from digigate.simulator.device.logs.cache import Cache
from digigate.simulator.device.logs.download import Download
from digigate.simulator.device.logs.shelf import Shelf

__all__ = ["Cache", "Download", "Shelf"]
