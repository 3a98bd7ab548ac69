"""Certificates for tests, good and bad, and servers that show them: made here, none is kept."""

from pki.making import Made, Maker, key_text
from pki.showing import serving

__all__ = ["Made", "Maker", "key_text", "serving"]
