"""What a user means, and what becomes of it: one-off reads and writes."""

import pytest

from digigate.bus.workshop import Named, change, meant, show, writable
from digigate.bus.workshop.naming import Bare
from digigate.catalogue import Catalogue, Composite, Point, RegisterType
from digigate.errors import SettingsError, SlaveException
from fieldbus.talking import Talker

MODELS = Catalogue.load().models
B30, I30 = MODELS["diris-b30"], MODELS["digiware-i30"]


@pytest.mark.parametrize(
    ("named", "name"),
    [
        (Named("current.i1"), "current.i1@instant/load1"),
        (Named("current.i1", load=3), "current.i1@instant/load3"),
        (Named("current.i1@average", load=2), "current.i1@average/load2"),
        (Named("current.i1@instant/load4"), "current.i1@instant/load4"),
        (Named("frequency"), "frequency@instant"),
        (Named("frequency", load=1), "frequency@instant/load1"),
        (Named("load-settings.inom"), "load-settings.inom/load1"),
        (Named("power-settings.avg_integration"), "power-settings.avg_integration"),
        (Named("18458"), "current.i1@instant/load1"),
        (Named("0x481A"), "current.i1@instant/load1"),
        (Named("logical-input-name.name[3]"), "logical-input-name.name[3]"),
    ],
)
def test_names_quantities_and_numbers_are_understood(named: Named, name: str) -> None:
    found = meant(B30, named)
    assert isinstance(found, Point | Composite)
    assert found.name == name


@pytest.mark.parametrize(
    ("named", "bare"),
    [
        (Named("18458", count=2), Bare(18458, 2, RegisterType.U16)),
        (Named("18458", type=RegisterType.U32), Bare(18458, 2, RegisterType.U32)),
        (Named("1", count=4, type=RegisterType.S32), Bare(1, 4, RegisterType.S32)),
        (
            Named("50050", count=8, type=RegisterType.STRING_NORM),
            Bare(50050, 8, RegisterType.STRING_NORM),
        ),
    ],
)
def test_bare_registers_are_read_as_the_user_says(named: Named, bare: Bare) -> None:
    assert meant(B30, named) == bare


@pytest.mark.parametrize(
    ("named", "words"),
    [
        (Named("current.i9"), "did you mean current.in"),
        (Named("current.i1", load=9), "for load 9; it has 4 loads"),
        (Named("nonsense"), "see catalogue show diris-b30"),
        (Named("70000"), "not within 0..65535"),
        (Named("18458", count=3, type=RegisterType.U32), "has 2 words; 3 are not some"),
        (Named("65535", count=2), "end at 65535"),
    ],
)
def test_what_is_not_there_is_said_with_what_is_like_it(named: Named, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        meant(B30, named)


async def test_a_value_is_shown_with_its_registers() -> None:
    slave = Talker(B30, {"current.i1@instant/load1": 12.345})
    (shown,) = await show(slave.talk(), meant(B30, Named("current.i1")))
    assert (shown.words, shown.raw.hex()) == ("12.345 A", "00003039")


async def test_a_composite_is_shown_with_its_parts() -> None:
    slave = Talker(I30, {"energy.total_ea_pos/load1": 2000, "energy.total_ea_pos_res/load1": 0.5})
    whole, *parts = await show(slave.talk(), meant(I30, Named("energy.active.import")))
    assert whole.value == 2000.5
    assert [part.words for part in parts] == ["2000 Wh", "0.5 Wh"]


async def test_bare_registers_are_shown_one_by_one() -> None:
    slave = Talker(B30)
    slave.words |= {100: 1, 101: 2, 102: 0, 103: 7}
    what = meant(B30, Named("100", count=4, type=RegisterType.U32))
    shown = await show(slave.talk(), what)
    assert [(each.name, each.value) for each in shown] == [("100", 65538), ("102", 7)]


async def test_a_write_tells_before_and_after() -> None:
    slave = Talker(B30, {"load-settings.inom/load1": 160})
    changed = await change(slave.talk(), meant(B30, Named("13826")), "200")
    assert changed.before is not None
    assert changed.after is not None
    assert (changed.before.value, changed.after.value, changed.holds) == (160, 200, True)
    assert not changed.unlocked


async def test_a_locked_register_is_unlocked_and_saved() -> None:
    slave = Talker(B30)
    changed = await change(slave.talk(), meant(B30, Named("load-name.name", load=2)), "Saw")
    assert changed.unlocked
    assert changed.saved
    assert [w.split()[1] for w in slave.writes] == ["58112", "46608", "57856"]


async def test_a_command_that_cannot_be_read_is_written_all_the_same() -> None:
    slave = Talker(B30)
    reads = {34896: 2}

    async def ask(pdu: bytes) -> bytes:
        slave.refuses = reads if pdu[0] == 3 else {}
        return await slave.ask(pdu)

    talk = slave.talk()
    talk._ask = ask
    changed = await change(talk, meant(B30, Named("top-synchro.top_synchro_command")), "1")
    assert (changed.before, changed.after, changed.holds) == (None, None, False)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("current.i1", "is for reading only"),
        ("energy.active.import", "is made of .* write one of these"),
        ("modbus-settings.slave_address", "detection gives the addresses"),
        ("57344", "detection gives the addresses"),
        ("4352", "never written"),
        ("usb-function.usb_function", "never written"),
        ("1234", "has no register 1234"),
    ],
)
def test_what_must_not_be_written_is_not(what: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        writable(B30, meant(B30, Named(what)))


def test_several_known_registers_are_not_written_as_one() -> None:
    with pytest.raises(SettingsError, match="write them one by one"):
        writable(B30, meant(B30, Named("13824", count=3)))
    assert writable(B30, meant(B30, Named("13826", count=1))).leaf == "inom"


@pytest.mark.parametrize("text", ["many", "70000", "-1"])
async def test_what_does_not_fit_is_refused_before_anything_is_asked(text: str) -> None:
    slave = Talker(B30)
    with pytest.raises(SettingsError, match=r"load-settings.inom/load1 takes a U16 in A"):
        await change(slave.talk(), meant(B30, Named("13826")), text)
    assert slave.asked == []


async def test_a_slave_that_knows_no_fc06_there_gets_fc16() -> None:
    slave = Talker(B30)
    functions = []

    async def ask(pdu: bytes) -> bytes:
        functions.append(pdu[0])
        if pdu[0] == 6:
            raise SlaveException(1)
        return await slave.ask(pdu)

    talk = slave.talk()
    talk._ask = ask
    await talk.write(13826, b"\0\x10")
    assert functions == [6, 16]
    assert slave.words[13826] == 16
