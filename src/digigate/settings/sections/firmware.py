"""How a new release of this program has to prove itself (§11.3.6)."""

from typing import Annotated

from pydantic import Field

from digigate.settings.profiles import BY_OFFICER
from digigate.settings.sections.fields import Section, Unit


class Firmware(Section):
    """The trial after an update; a release that fails it is taken back."""

    ready_within: Annotated[float, Field(ge=1, le=3600), Unit("s"), BY_OFFICER] = 120.0
    steady_for: Annotated[float, Field(ge=1, le=3600), Unit("s"), BY_OFFICER] = 60.0
