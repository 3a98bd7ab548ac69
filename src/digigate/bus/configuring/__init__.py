"""The tasks of "Easy Config" (§12): what can be set in a slave, and setting it."""

from digigate.bus.configuring.acting import Outcome, Setting, Step, configure, show
from digigate.bus.configuring.tasks import Form, Job, Risk, jobs
from digigate.bus.configuring.values import DONE, Vocabulary, allowed

__all__ = [
    "DONE",
    "Form",
    "Job",
    "Outcome",
    "Risk",
    "Setting",
    "Step",
    "Vocabulary",
    "allowed",
    "configure",
    "jobs",
    "show",
]
