"""Who hears of a change."""

from contextlib import ExitStack

from digigate.watchers import Watchers


def test_all_hear_in_the_order_in_which_they_came_while_their_block_runs() -> None:
    watchers = Watchers[int]()
    heard: list[tuple[str, int]] = []
    with watchers.watch(lambda n: heard.append(("first", n))):
        watchers.tell(1)
        with watchers.watch(lambda n: heard.append(("second", n))):
            watchers.tell(2)
        watchers.tell(3)
    watchers.tell(4)
    assert heard == [("first", 1), ("first", 2), ("second", 2), ("first", 3)]


def test_who_leaves_while_others_are_told_does_not_disturb() -> None:
    watchers = Watchers[[]]()
    heard: list[str] = []
    with ExitStack() as leaving, watchers.watch(leaving.close):
        leaving.enter_context(watchers.watch(lambda: heard.append("leaver")))
        with watchers.watch(lambda: heard.append("stayer")):
            watchers.tell()
            watchers.tell()
    assert heard == ["leaver", "stayer", "stayer"]


def test_it_is_known_whether_anybody_listens() -> None:
    watchers = Watchers[[]]()
    assert not watchers
    with watchers.watch(lambda: None):
        assert watchers
    assert not watchers
