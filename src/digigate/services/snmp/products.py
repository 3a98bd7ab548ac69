"""Everything below 1.3.6.1.4.1.4555.10: what the gateway and its devices show."""

from collections.abc import Sequence

from digigate.services.snmp.channels import channels
from digigate.services.snmp.identification import Changes, Sight, identification
from digigate.services.snmp.measures import sheets
from digigate.services.snmp.metrology import Measurements
from digigate.services.snmp.roll import Roll
from digigate.services.snmp.tree import Table


def tables(sight: Sight) -> Sequence[Table]:
    """All tables and scalars of ours.

    Raises:
        CatalogueError: a row of their data is wrong.
    """
    roll = Roll(sight.store, sight.topology, sight.clock.monotonic)
    measured = [Measurements(sheet, roll) for sheet in sheets(sight.catalogue.quantities)]
    return (
        *identification(sight),
        *channels(roll, sight.topology, sight.catalogue),
        *measured,
    )


__all__ = ["Changes", "Sight", "tables"]
