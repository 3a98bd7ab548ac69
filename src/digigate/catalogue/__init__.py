"""What a device can be: quantities, models and their register maps, read once."""

from digigate.catalogue.identification import Probe
from digigate.catalogue.library import Capability, Entry, Group
from digigate.catalogue.models import (
    Block,
    Certainty,
    Composite,
    Detection,
    Form,
    Inputs,
    LoadPlan,
    Model,
    Outputs,
    Pace,
    Point,
    Statistic,
)
from digigate.catalogue.quantities import Kind, Quantity
from digigate.catalogue.reader import Catalogue
from digigate.catalogue.registers import RegisterType, Value, decode, encode

__all__ = [
    "Block",
    "Capability",
    "Catalogue",
    "Certainty",
    "Composite",
    "Detection",
    "Entry",
    "Form",
    "Group",
    "Inputs",
    "Kind",
    "LoadPlan",
    "Model",
    "Outputs",
    "Pace",
    "Point",
    "Probe",
    "Quantity",
    "RegisterType",
    "Statistic",
    "Value",
    "decode",
    "encode",
]
