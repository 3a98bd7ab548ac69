"""Values on their way into JSON."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from digigate.services.web.jsonable import (
    Json,
    Object,
    dumps,
    hexadecimal,
    instant,
    number,
    pieces,
    plain,
)


def test_times_are_utc_with_a_z() -> None:
    summer = datetime(2026, 7, 1, 14, 0, 0, 123_456, tzinfo=timezone(timedelta(hours=2)))
    assert instant(summer) == "2026-07-01T12:00:00.123Z"
    assert plain(summer) == "2026-07-01T12:00:00.123Z"
    assert instant(datetime(2026, 7, 1, tzinfo=UTC)) == "2026-07-01T00:00:00.000Z"
    assert instant(None) is None


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), None])
def test_what_is_no_number_is_null(value: float | None) -> None:
    assert number(value) is None


def test_binary_noise_is_rounded_away_and_integers_stay() -> None:
    assert dumps(plain(22995 * 0.01)) == b"229.95"
    assert dumps(plain(2**62)) == str(2**62).encode()


def test_text_is_utf8() -> None:
    assert dumps({"name": "Été"}) == '{"name":"Été"}'.encode()


def test_nan_never_leaves() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        dumps({"x": float("nan")})


def test_net_ids_as_printed() -> None:
    assert hexadecimal(0x12ABCD) == "0x0012ABCD"


@pytest.mark.parametrize("head", [{}, {"address": 4}])
@pytest.mark.parametrize("groups", [[], [[]], [[1]], [[1, 2], [], [3]], [[], [{"a": "b"}], []]])
def test_pieces_join_to_the_whole(head: Object, groups: list[list[Json]]) -> None:
    flat: Json = [item for group in groups for item in group]
    assert b"".join(pieces(head, "list", groups)) == dumps({**head, "list": flat})
