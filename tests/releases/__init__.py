"""Releases made for tests: tiny ones, and whole copies of this program under another version."""

from releases.making import Maker, copied_wheel, tiny_wheel

__all__ = ["Maker", "copied_wheel", "tiny_wheel"]
