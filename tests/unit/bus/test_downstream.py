"""Who hangs behind another gateway: as a digigate lists it, or unit by unit."""

from collections.abc import Hashable

from digigate.bus.downstream import Below, LeftOut, Progress, Step, downstream, own_plate
from digigate.bus.requests import Priority
from digigate.catalogue import Catalogue, Model, Point, RegisterType, Value, encode
from digigate.errors import SlaveException, SlaveTimeout
from digigate.settings.topology import BusName, Device, Load
from fieldbus.models import plate

CATALOGUE = Catalogue.load()
M70, B30, A14 = (CATALOGUE.models[key] for key in ("diris-m70", "diris-b30", "diris-a14"))
ITSELF = 255


class Far:
    """A gateway and its slaves by their registers; what is not there is refused."""

    def __init__(self) -> None:
        self.words: dict[tuple[int, int], int] = {}
        self.asked: list[int] = []
        self.silent: set[int] = set()
        self.put_words(ITSELF, 50000, plate(M70))

    def slave(self, unit: int, model: Model, *types: int) -> None:
        """A slave whose loads have these types; 0 = switched off."""
        self.put_words(unit, 50000, plate(model))
        self.put_words(unit, 50067, (0x1A2B0000 + unit).to_bytes(4, "big"))
        for number, code in enumerate(types, 1):
            self.put(unit, model, f"load-settings.enabled/load{number}", int(code > 0))
            self.put(unit, model, f"load-settings.type/load{number}", code)
            self.put(unit, model, f"load-name.name/load{number}", f"Load {number}")

    def put(self, unit: int, model: Model, name: str, value: Value) -> None:
        point = model.named[name]
        assert isinstance(point, Point)
        self.put_words(unit, point.address, encode(value, point.type, point.words))

    def put_words(self, unit: int, start: int, data: bytes) -> None:
        for at in range(0, len(data), 2):
            self.words[unit, start + at // 2] = int.from_bytes(data[at : at + 2], "big")

    async def request(
        self, unit: int, pdu: bytes, priority: Priority = Priority.CLIENT, client: Hashable = None
    ) -> bytes:
        start, count = (int.from_bytes(pdu[i : i + 2], "big") for i in (1, 3))
        self.asked.append(unit)
        if unit in self.silent or not any(key[0] == unit for key in self.words):
            raise SlaveTimeout(f"the gateway has no path to {unit}")
        wanted = [self.words.get((unit, start + n)) for n in range(count)]
        if None in wanted:
            raise SlaveException(2)
        return bytes((3, 2 * count)) + b"".join(word.to_bytes(2, "big") for word in wanted if
                                                word is not None)  # fmt: skip


def lists(far: Far, *entries: tuple[int, str, str, int, int]) -> None:
    """The gateway lists these: address, model, name, loads, state."""
    loads = [(unit, n + 1) for unit, _, _, count, _ in entries for n in range(count)]
    for register, count in (("device_count", len(entries)), ("load_count", len(loads))):
        far.put(ITSELF, M70, f"gateway.{register}", count)
    for k, (unit, model, name, number, state) in enumerate(entries, 1):
        told: dict[str, Value] = {
            "address": unit, "bus": 2, "remote": 0, "load_count": number, "net_id": 99,
            "model": model, "name": name, "serial": "24232030009",
        }  # fmt: skip
        for leaf, value in told.items():
            far.put(ITSELF, M70, f"topology.{leaf}[{k}]", value)
        far.put(ITSELF, M70, f"slave.state[{k}]", state)
    for k, (unit, number) in enumerate(loads, 1):
        load: dict[str, Value] = {
            "device": unit, "number": number, "type": "3P-3CT", "name": f"Their {number}",
        }  # fmt: skip
        for leaf, value in load.items():
            far.put(ITSELF, M70, f"load.{leaf}[{k}]", value)


async def found(far: Far, *known: Device) -> list[Step]:
    return [step async for step in downstream(far, ITSELF, M70, CATALOGUE, known)]


def devices(steps: list[Step]) -> list[Device]:
    return [step.device for step in steps if isinstance(step, Below)]


async def test_a_gateway_says_who_it_is_or_does_not() -> None:
    far = Far()
    itself = await own_plate(far, ITSELF, CATALOGUE)
    assert itself is not None
    assert itself.model is M70
    assert await own_plate(far, 1, CATALOGUE) is None
    far.put_words(2, 50000, bytes(132))
    assert await own_plate(far, 2, CATALOGUE) is None


async def test_a_digigates_list_is_taken_with_names_and_its_word_for_a_map() -> None:
    far = Far()
    far.slave(7, B30, 6, 0, 1, 0)
    lists(far, (7, "diris-b30", "Warehouse", 2, 1))
    (device,) = devices(await found(far))
    assert device == Device(
        address=7, bus=BusName.RS485, model="diris-b30", name="Warehouse", serial="24232030009",
        net_id=99, confirmed=True,
        loads=(
            Load(number=1, name="Their 1", type="3P-3CT"),
            Load(number=3, name="Load 3", type="1P+N-1CT"),
        ),
    )  # fmt: skip
    assert set(far.asked) == {ITSELF, 7}


async def test_a_listed_slave_without_supply_is_taken_as_the_gateway_knows_it() -> None:
    far = Far()
    far.slave(7, B30, 6)
    far.silent.add(7)
    lists(far, (7, "diris-b30", "Warehouse", 2, 2))
    (device,) = devices(await found(far))
    assert [load.name for load in device.loads] == ["Their 1", "Their 2"]
    assert not device.confirmed


async def test_a_listed_model_that_is_not_ours_is_left_out() -> None:
    far = Far()
    lists(far, (7, "diris-z9", "Future", 0, 1))
    assert await found(far) == [
        LeftOut(7, "model 'diris-z9' is not in the catalogue"),
        Progress(1, 1, 0),
    ]


async def test_any_other_gateway_is_asked_unit_by_unit() -> None:
    far = Far()
    far.slave(7, B30, 6, 0, 1, 0)
    far.slave(12, A14)
    far.put_words(1, 50000, plate(M70))  # the gateway itself, at its own address
    far.put_words(20, 50000, bytes(132))
    far.put_words(21, 100, bytes(2))
    far.put_words(22, 50000, named(plate(B30), "FUTURE 9"))
    steps = await found(far)
    assert [(d.address, d.model, d.bus, len(d.loads)) for d in devices(steps)] == [
        (7, "diris-b30", "rs485", 2),
        (12, "diris-a14", "rs485", 1),
    ]
    assert devices(steps)[0].net_id == 0x1A2B0007
    assert [step for step in steps if isinstance(step, LeftOut)] == [
        LeftOut(20, "it is no SOCOMEC device"),
        LeftOut(21, "it does not identify itself (exception 0x02)"),
        LeftOut(22, "it is 'FUTURE 9', which is not in the catalogue"),
    ]
    assert steps[-1] == Progress(247, 247, 2)
    assert ITSELF not in far.asked[2:]


def named(words: bytes, name: str) -> bytes:
    """The same name plate with another name."""
    return words[:100] + 2 * encode(name, RegisterType.STRING_NORM, 8)


async def test_known_slaves_keep_their_names_and_stay_while_silent() -> None:
    far = Far()
    far.slave(7, B30, 6)
    far.slave(9, A14)
    far.silent.add(9)
    one = Device(address=40, bus=BusName.RS485, model="diris-b30", gateway="hall", remote=7,
                 loads=(Load(number=1, name="Mine"),))  # fmt: skip
    two = Device(address=9, bus=BusName.RS485, model="diris-a14", gateway="hall", name="Off")
    steps = await found(far, one, two)
    first, second = devices(steps)
    assert first.loads[0].name == "Mine"
    assert (second.address, second.name, second.gateway) == (9, "Off", "")
