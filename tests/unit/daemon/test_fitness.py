"""What cannot be served is said, once per device, and ends when it is well."""

from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.daemon.fitness import UNFIT, WHOLE, Fitness
from digigate.settings import Problem


def test_one_condition_per_device_that_ends_by_itself() -> None:
    conditions = Conditions(Clock())
    fitness = Fitness(conditions)
    fitness.judge(
        [
            Problem("own address", 1, "address", "1 is the gateway's own"),
            Problem("model", 1, "model", "unknown model"),
            Problem("rs485 speed", None, "", "12 devices"),
        ]
    )
    assert {c.subject: c.reason for c in conditions.active(UNFIT)} == {
        "1": "device 1: 1 is the gateway's own; device 1: unknown model",
        WHOLE: "12 devices",
    }
    fitness.judge([Problem("rs485 speed", None, "", "11 devices")])
    assert [(c.subject, c.reason) for c in conditions.active(UNFIT)] == [(WHOLE, "11 devices")]
    fitness.judge([])
    assert conditions.active(UNFIT) == ()
