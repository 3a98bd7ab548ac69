"""Certificates for tests, good and bad: made here, so that none lies in the repository."""

from pki.making import Made, Maker, key_text

__all__ = ["Made", "Maker", "key_text"]
