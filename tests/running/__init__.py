"""Run the programs as a user would and look at them from outside."""

from running.gateway import Gateway, free_demo, start_run
from running.technician import Technician
from running.waiting import eventually

__all__ = ["Gateway", "Technician", "eventually", "free_demo", "start_run"]
