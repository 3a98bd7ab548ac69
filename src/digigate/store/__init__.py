"""What is true now: one register image per slave, one writer each."""

from digigate.store.image import SlaveImage, Span
from digigate.store.readings import Quality, Reading
from digigate.store.store import Store

__all__ = ["Quality", "Reading", "SlaveImage", "Span", "Store"]
