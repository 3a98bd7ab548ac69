"""Give one slave on a plain line another address: its model's own register, never a blind write."""

from contextlib import suppress

from digigate.bus.conversation import Conversation
from digigate.bus.detection.asking import Hearing, Questions, Voice
from digigate.bus.detection.plates import Reader, Slave
from digigate.bus.identification import IDENTIFICATION
from digigate.catalogue import Model, Point
from digigate.errors import (
    AddressConflict,
    SettingsError,
    SlaveException,
    SlaveTimeout,
)

LOOKS = 3  # at the address: a second slave there is heard sooner or later
TRIES = 8  # to meet the slave at its new address: it may restart its port first


async def reassign(reader: Reader, address: int, to: int) -> Slave:
    """Move the only slave at `address` to `to` and return it as it answers from there.

    Nothing is written where they are the same.

    Raises:
        SettingsError: nobody that we know is there, `to` is taken, or the slave did not obey.
        AddressConflict: several slaves answer at `address`.
        LineDown: the line is lost.
    """
    slave = await _only_one(reader, address)
    if slave.model is None:
        raise SettingsError(f"{slave.name} at {address} is no model that we know: not touched")
    register = next(iter(slave.model.registers("slave_address")), None)
    if register is None:
        raise SettingsError(f"{slave.model.name} has no address register: set it at the device")
    if address == to:
        return slave
    if (await _look(reader.questions, to)).voice is not Voice.SILENCE:
        raise SettingsError(f"somebody answers at {to} already; choose a free address")
    try:
        await _write(reader.questions, slave.model, register, address, to)
    except SlaveException as error:
        raise SettingsError(f"{slave.model.name} at {address} refused: {error}") from error
    return await _met_again(reader, slave, to)


async def _only_one(reader: Reader, address: int) -> Slave:
    for _ in range(LOOKS):
        hearing = await _look(reader.questions, address)
        if hearing.voice is Voice.NOISE:
            raise AddressConflict(
                f"several slaves answer at {address}: leave one of them connected at a time"
            )
        if hearing.voice is Voice.SILENCE:
            raise SettingsError(
                f"nobody answers at {address}: check the address, the wiring and the supply"
            )
    return await reader.identify(address, address, hearing)


async def _write(
    questions: Questions, model: Model, register: Point, address: int, to: int
) -> None:
    """Unlock where the register is locked, write, save where the model has an order for it."""
    seat = address

    async def ask(pdu: bytes) -> bytes:
        nonlocal seat
        try:
            return await questions.ask(seat, pdu)
        except SlaveTimeout:
            seat = to  # it has moved at once
            return await questions.ask(seat, pdu)

    slave = Conversation(ask, model)
    with suppress(SlaveTimeout):  # whether it obeyed is heard at the new address
        if register.locked:
            await slave.unlock()
        await slave.write(register.address, to.to_bytes(2, "big"))
        await slave.save()


async def _met_again(reader: Reader, slave: Slave, to: int) -> Slave:
    for _ in range(TRIES):
        hearing = await _look(reader.questions, to)
        if hearing.voice is Voice.CLEAR:
            found = await reader.identify(to, to, hearing)
            if (found.model, found.serial) == (slave.model, slave.serial):
                return found
            raise SettingsError(f"{found.name} answers at {to}, not {slave.name}: check the line")
    raise SettingsError(f"{slave.name} does not answer at {to}: it may have kept {slave.address}")


async def _look(questions: Questions, unit: int) -> Hearing:
    return await questions.read(unit, IDENTIFICATION.start, IDENTIFICATION.count)
