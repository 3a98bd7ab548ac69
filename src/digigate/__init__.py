"""Firmware emulator of the SOCOMEC DIRIS Digiware M-50/M-70 energy gateway."""

__version__ = "0.1.0"
