"""What a device can be: quantities, models and their register maps, read once."""

from digigate.catalogue.models import (
    Block,
    Certainty,
    Composite,
    Detection,
    Form,
    LoadPlan,
    Model,
    Pace,
    Point,
    Probe,
    Statistic,
)
from digigate.catalogue.quantities import Kind, Quantity
from digigate.catalogue.reader import Catalogue
from digigate.catalogue.registers import RegisterType, Value, decode, encode

__all__ = [
    "Block",
    "Catalogue",
    "Certainty",
    "Composite",
    "Detection",
    "Form",
    "Kind",
    "LoadPlan",
    "Model",
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
