"""Who sits at an address: name plate, model, serial number, NET ID."""

from collections.abc import Hashable

import pytest

from digigate.bus.identification import identify, name_plate
from digigate.bus.loads import asking
from digigate.bus.requests import Priority
from digigate.catalogue import Catalogue
from digigate.errors import SlaveException, SlaveTimeout
from fieldbus.models import BARE, plate

CATALOGUE = Catalogue.load()
B30, A14 = CATALOGUE.models["diris-b30"], CATALOGUE.models["diris-a14"]
NET_ID = 0x1A2B0006


def numbered(words: bytes, when: int, where: int, number: int) -> bytes:
    """The same name plate with a serial number."""
    told = b"".join(word.to_bytes(2, "big") for word in (when, where, number))
    return words[:16] + told + words[22:]


class Line:
    """One device of these words, which keeps a NET ID where `long` says so."""

    def __init__(self, words: bytes, *, long: bool = True) -> None:
        self.words = words
        self.long = long
        self.asked: list[tuple[int, int]] = []

    async def request(
        self, unit: int, pdu: bytes, priority: Priority = Priority.CLIENT, client: Hashable = None
    ) -> bytes:
        start, count = (int.from_bytes(pdu[i : i + 2], "big") for i in (1, 3))
        self.asked.append((start, count))
        if unit != 5:
            raise SlaveTimeout(f"slave {unit} did not answer")
        if start == 50067 and not self.long:
            raise SlaveException(2)
        data = NET_ID.to_bytes(4, "big") if start == 50067 else self.words
        return bytes((3, len(data))) + data


@pytest.mark.parametrize(
    ("when", "where", "number", "serial"),
    [(0x2423, 0x2030, 9, "24232030009"), (0x2241, 0x0106, 210, "22410106210"), (0, 0, 0, "")],
)
def test_the_serial_number_reads_as_printed(
    when: int, where: int, number: int, serial: str
) -> None:
    assert name_plate(numbered(plate(B30), when, where, number)).serial == serial


async def test_a_device_tells_its_model_and_net_id() -> None:
    line = Line(plate(B30))
    found = await identify(asking(line, 5), CATALOGUE)
    assert (found.model, found.net_id, found.plate.words) == (B30, NET_ID, "DIRIS B30")
    assert line.asked == [(50000, 66), (50067, 2)]


async def test_a_short_block_is_not_asked_for_a_net_id() -> None:
    line = Line(plate(A14))
    found = await identify(asking(line, 5), CATALOGUE)
    assert (found.model, found.net_id) == (A14, 0)
    assert line.asked == [(50000, 66)]


async def test_a_block_that_is_shorter_than_its_models_is_taken() -> None:
    found = await identify(asking(Line(plate(B30), long=False), 5), CATALOGUE)
    assert (found.model, found.net_id) == (B30, 0)


async def test_a_stranger_has_no_model() -> None:
    assert (await identify(asking(Line(plate(BARE)), 5), CATALOGUE)).model is None
    foreign = await identify(asking(Line(bytes(132)), 5), CATALOGUE)
    assert (foreign.model, foreign.plate.magic) == (None, "")


async def test_silence_is_told() -> None:
    with pytest.raises(SlaveTimeout):
        await identify(asking(Line(plate(B30)), 6), CATALOGUE)
