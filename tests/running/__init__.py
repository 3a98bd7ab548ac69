"""Run the programs as a user would and look at them from outside."""

from running.gateway import Gateway, free_demo, start_run
from running.waiting import eventually

__all__ = ["Gateway", "eventually", "free_demo", "start_run"]
