"""How a load is wired: which phases it has and what its module can measure of them."""

from dataclasses import dataclass

from digigate.catalogue.loadtypes import LoadType


@dataclass(frozen=True, slots=True)
class Wiring:
    """What one load type is made of."""

    phases: int
    neutral: bool
    sensors: bool = True  # current transformers

    @property
    def voltages(self) -> tuple[int, ...]:
        """The phase-to-neutral voltages that exist, as indices 0..2."""
        return tuple(range(self.phases)) if self.neutral else ()

    @property
    def between(self) -> tuple[int, ...]:
        """The phase-to-phase voltages that exist: 0 = U12, 1 = U23, 2 = U31."""
        return {1: (), 2: (0,), 3: (0, 1, 2)}[self.phases]

    @property
    def currents(self) -> tuple[int, ...]:
        """The line currents that exist; a two-wire load without neutral has one."""
        if not self.sensors:
            return ()
        return (0,) if self.phases == 2 and not self.neutral else tuple(range(self.phases))

    @property
    def neutral_current(self) -> bool:
        """Whether In is measured or computed: with a neutral and more than one phase."""
        return self.sensors and self.neutral and self.phases > 1


def wiring(load_type: LoadType) -> Wiring:
    """The make-up of a load type such as `3P+N-4CT`."""
    return Wiring(phases=int(load_type[0]), neutral="+N" in load_type)
