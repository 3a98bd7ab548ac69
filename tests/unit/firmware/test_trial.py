"""How a release on trial is judged."""

import pytest

from digigate.firmware.pointer import Pointer, Trial
from digigate.firmware.trial import SILENCE, Watch

TRIAL = Trial("b", "0.2.0", "0.1.5", ready_within=30, steady_for=60, unwell=("bacnet",))


def heard(watch: Watch, message: str, *times: float) -> Watch:
    for time in times:
        watch.hear(message, time)
    return watch


def test_ready_and_steady_is_proven() -> None:
    watch = heard(Watch(TRIAL, 0), "READY=1", 10)
    heard(watch, "WATCHDOG=1", *range(15, 71, 5))
    assert [watch.proven(at) for at in (69.9, 70)] == [False, True]
    assert watch.fault(70) == ""


def test_not_ready_in_time() -> None:
    watch = Watch(TRIAL, 100)
    assert watch.look_again(110) == 20
    assert watch.fault(129.9) == ""
    assert watch.fault(130) == "it was not ready within 30 s"


def test_signs_of_life_before_it_is_ready_do_not_count() -> None:
    watch = heard(Watch(TRIAL, 0), "WATCHDOG=1", *range(1, 31))
    assert "not ready" in watch.fault(30)


def test_hung_after_ready() -> None:
    watch = heard(Watch(TRIAL, 0), "READY=1", 5)
    assert watch.fault(5 + SILENCE - 0.1) == ""
    assert "no sign of life" in watch.fault(5 + SILENCE)


def test_a_service_that_ran_before_must_run() -> None:
    watch = heard(Watch(TRIAL, 0), "READY=1", 0)
    heard(watch, "WATCHDOG=1\nX_DIGIGATE_UNWELL=bacnet,https", *range(5, 61, 5))
    assert not watch.proven(60)
    assert watch.fault(59) == ""
    assert watch.fault(60) == "these services do not run in it: https"


@pytest.mark.parametrize("told", ["", "bacnet"])
def test_a_service_that_did_not_run_before_may_fail_on(told: str) -> None:
    watch = heard(Watch(TRIAL, 0), "READY=1", 0)
    heard(watch, f"WATCHDOG=1\nX_DIGIGATE_UNWELL={told}", *range(5, 61, 5))
    assert watch.proven(60)


def test_a_service_that_recovers_is_forgiven() -> None:
    watch = heard(Watch(TRIAL, 0), "READY=1", 0)
    heard(watch, "WATCHDOG=1\nX_DIGIGATE_UNWELL=https", 10)
    heard(watch, "WATCHDOG=1\nX_DIGIGATE_UNWELL=", 25, 40, 55)
    assert watch.proven(60)


def test_the_floor_only_rises() -> None:
    assert Pointer(floor="0.0.9", trial=TRIAL).proven().floor == "0.1.5"
    assert Pointer(floor="0.10.0", trial=TRIAL).proven().floor == "0.10.0"
