"""Which loads a device has: its settings first, then its status, then its model."""

from collections.abc import Callable

import pytest

from digigate.bus.loads import Wired, read_loads, read_wiring
from digigate.catalogue import Catalogue, RegisterType, encode
from digigate.errors import SlaveException, SlaveTimeout
from digigate.settings.topology import Load

I35 = Catalogue.load().models["digiware-i35"]
A14 = Catalogue.load().models["diris-a14"]
U30 = Catalogue.load().models["digiware-u30"]

SETTINGS, NAMES, INSTANT, STRIDE = 13824, 46592, 18432, 2048


class Device:
    """An I-35 by its registers; `refused` are blocks to which it answers an exception."""

    def __init__(self, *loads: tuple[int, int, str]) -> None:
        self.words: dict[int, int] = {}
        self.asked: list[tuple[int, int]] = []
        self.refuses: Callable[[int], bool] = lambda _: False
        for number, type_, name in loads:
            self.words[SETTINGS + 32 * (number - 1)] = 1
            self.words[SETTINGS + 32 * (number - 1) + 1] = type_
            self.words[INSTANT + STRIDE * (number - 1)] = 1
            data = encode(name, RegisterType.STRING_NORM, 16)
            for index in range(16):
                word = int.from_bytes(data[2 * index : 2 * index + 2], "big")
                self.words[NAMES + 16 * (number - 1) + index] = word

    async def ask(self, start: int, count: int) -> bytes:
        self.asked.append((start, count))
        if self.refuses(start):
            raise SlaveException(2)
        return b"".join(
            self.words.get(start + index, 0).to_bytes(2, "big") for index in range(count)
        )


async def test_enabled_loads_come_with_type_and_name() -> None:
    device = Device((1, 9, "Lighting"), (3, 1, "Sockets"))
    assert await read_loads(device.ask, I35) == (
        Load(number=1, name="Lighting", type="3P+N-4CT"),
        Load(number=3, name="Sockets", type="1P+N-1CT"),
    )


async def test_the_users_names_usages_and_order_stay() -> None:
    device = Device((1, 9, "Load 1"), (2, 6, "Load 2"), (3, 6, "Load 3"))
    known = (Load(number=3, name="Pumps", usage="hvac"), Load(number=1, usage="it"))
    assert await read_loads(device.ask, I35, known) == (
        Load(number=3, name="Pumps", usage="hvac", type="3P-3CT"),
        Load(number=1, name="Load 1", usage="it", type="3P+N-4CT"),
        Load(number=2, name="Load 2", type="3P-3CT"),
    )


async def test_a_load_switched_off_in_the_device_goes() -> None:
    device = Device((2, 6, ""))
    known = (Load(number=1, name="gone"), Load(number=2, name="stays"))
    assert [load.number for load in await read_loads(device.ask, I35, known)] == [2]


async def test_a_load_is_asked_with_one_small_read_and_its_name_only_where_wanted() -> None:
    device = Device((1, 9, "Lighting"))
    await read_loads(device.ask, I35, (Load(number=1, name="mine"),))
    assert device.asked == [(13824, 2), (13856, 2), (13888, 2)]


async def test_the_status_of_the_load_counts_where_settings_are_refused() -> None:
    device = Device((2, 6, "Kept"))
    device.refuses = lambda start: start < INSTANT
    assert await read_loads(device.ask, I35) == (Load(number=2, name="Kept"),)


async def test_where_everything_is_refused_the_model_counts() -> None:
    device = Device()
    device.refuses = lambda _: True
    loads = await read_loads(device.ask, I35)
    assert [(load.number, load.name, load.type) for load in loads] == [
        (1, "", ""),
        (2, "", ""),
        (3, "", ""),
    ]


async def test_a_model_without_load_settings_is_not_asked() -> None:
    device = Device()
    assert await read_loads(device.ask, A14) == (Load(number=1),)
    assert await read_loads(device.ask, U30) == ()
    assert device.asked == []


async def test_the_former_type_stays_where_the_device_tells_none() -> None:
    device = Device()
    known = (Load(number=1, type="3P+N-3CT"),)
    assert await read_loads(device.ask, A14, known) == known


@pytest.mark.parametrize(
    ("code", "word"), [(0, ""), (1, "1P+N-1CT"), (9, "3P+N-4CT"), (10, ""), (0xFFFF, "")]
)
async def test_types_are_told_in_words(code: int, word: str) -> None:
    device = Device((1, code, ""))
    assert await read_wiring(device.ask, I35, 1) == Wired(enabled=True, type=word)


async def test_a_load_that_the_model_cannot_have_is_none() -> None:
    device = Device()
    assert await read_wiring(device.ask, I35, 4) == Wired(enabled=False)
    assert await read_loads(device.ask, I35, (Load(number=4),)) == ()


async def test_silence_is_not_mistaken_for_no_loads() -> None:
    async def ask(start: int, count: int) -> bytes:
        raise SlaveTimeout("slave 6 did not answer")

    with pytest.raises(SlaveTimeout):
        await read_loads(ask, I35)


async def test_what_no_name_can_hold_is_dropped() -> None:
    device = Device((1, 9, " Office\n1st floor "))
    (load,) = await read_loads(device.ask, I35)
    assert load.name == "Office1st floor"
