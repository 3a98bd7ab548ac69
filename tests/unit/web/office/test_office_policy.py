"""The tab of the policy shows each of its switches once."""

from digigate.services.web.office.policy import GROUPS, POLICY


def test_every_switch_has_its_place() -> None:
    placed = [name for members in GROUPS.values() for name in members]
    assert sorted(placed) == sorted(POLICY)
