"""What can be set is what the MIB says can be, and as long as the settings take it."""

import pytest
from pydantic import ValidationError

from digigate.bus.roster import Roster
from digigate.catalogue import Catalogue
from digigate.services.snmp.schema import places
from digigate.services.snmp.writing.objects import LINE_MAX, NAME_MAX, objects
from digigate.settings.sections import Gateway, Snmp
from digigate.settings.topology import Topology
from fieldbus.talking import TalkingBus

ENTERPRISES = (1, 3, 6, 1, 4, 1)


async def _nothing(_: int) -> None:
    """Nobody waits."""


def test_the_mib_says_read_write_of_just_what_can_be_set() -> None:
    roster = Roster(TalkingBus({}), Topology, Catalogue.load())
    ours = {column for column in objects(roster, _nothing) if column[:6] == ENTERPRISES}
    assert ours == {
        (*place.oid, 1, each.arc)
        for place in places().values()
        for each in place.definitions
        if each.access == "read-write"
    }


@pytest.mark.parametrize(
    ("section", "field", "longest"),
    [
        (Gateway, "server", NAME_MAX),
        (Snmp, "contact", LINE_MAX),
        (Snmp, "location", LINE_MAX),
    ],
)
def test_the_settings_take_what_a_set_takes(
    section: type[Gateway | Snmp], field: str, longest: int
) -> None:
    section.model_validate({field: "x" * longest})
    with pytest.raises(ValidationError):
        section.model_validate({field: "x" * (longest + 1)})
