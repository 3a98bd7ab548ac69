"""The way to another gateway's slaves, octet by octet: the test is the network and the gateway."""

import asyncio
from collections.abc import Callable

import pytest

from digigate.bus.mbap import Adu, split
from digigate.bus.remote import IN_FLIGHT, RemoteLine
from digigate.bus.trace import Frame, FrameKind
from digigate.errors import LineDown, SlaveException, SlaveGarbled, SlaveTimeout
from digigate.settings.topology import RemoteGateway
from digigate.watchers import Watchers

GATEWAY = RemoteGateway(key="hall", model="diris-m70", host="10.0.0.5", unit=255, name="Hall")
READ = bytes.fromhex("0300640002")
ANSWER = bytes.fromhex("030400010002")
HELLO_ANSWER = bytes.fromhex("0308534f434f00000000")


class Far:
    """The far end: takes what is written, answers when told."""

    def __init__(self, answer_within: float = 30.0) -> None:
        self.frames = Watchers[[Frame]]()
        self.line = RemoteLine(GATEWAY, self.frames, answer_within)
        self.sent: list[Adu] = []
        self.failures: list[BaseException] = []
        self.answers_from: float = float("inf")
        self.log: list[str] = []
        self.line.attach(self._take)
        self.line.on_bug = self.failures.append

    def _take(self, data: bytes) -> None:
        for adu in split(bytearray(data)):
            number = len(self.sent)
            self.sent.append(adu)
            self.log.append(f"asked {adu.unit}")
            if number >= self.answers_from:
                asyncio.get_running_loop().call_soon(self.answer, number)

    def say(self, adu: Adu) -> None:
        self.log.append(f"told {adu.unit}")
        self.line.heard(adu.encode(), asyncio.get_running_loop().time())

    def answer(self, number: int, pdu: bytes = ANSWER) -> None:
        asked = self.sent[number]
        self.say(Adu(asked.transaction, asked.unit, pdu))

    async def ask(self, unit: int = 7, pdu: bytes = READ) -> asyncio.Task[bytes]:
        task = asyncio.create_task(self.line.request(unit, pdu))
        await turned()
        return task


async def turned() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 -- the far end has no event to tell
            await asyncio.sleep(0.002)


async def test_each_answer_finds_its_request_in_whatever_order_they_come() -> None:
    far = Far()
    first, second = await far.ask(7), await far.ask(8, bytes.fromhex("0300c80001"))
    assert [(adu.unit, adu.pdu) for adu in far.sent] == [
        (7, READ),
        (8, bytes.fromhex("0300c80001")),
    ]
    far.answer(1, bytes.fromhex("03020009"))
    far.answer(0)
    assert await second == bytes.fromhex("03020009")
    assert await first == ANSWER
    assert (far.line.ledger.tally.asked, far.line.ledger.tally.answered) == (2, 2)


async def test_octets_may_come_in_any_pieces() -> None:
    far = Far()
    asking = await far.ask()
    octets = Adu(far.sent[0].transaction, 7, ANSWER).encode()
    for at in range(len(octets)):
        far.line.heard(octets[at : at + 1], 1.0)
    assert await asking == ANSWER


async def test_only_a_few_transactions_are_under_way() -> None:
    far = Far()
    tasks = [await far.ask(unit) for unit in range(1, IN_FLIGHT + 3)]
    assert len(far.sent) == IN_FLIGHT
    for number in range(len(tasks)):
        far.answer(number)
    assert len(far.sent) == len(tasks)
    assert await asyncio.gather(*tasks) == [ANSWER] * len(tasks)


@pytest.mark.parametrize(
    ("code", "words"), [(0x0A, "has no path to it"), (0x0B, "got no answer from it")]
)
async def test_what_the_far_gateway_could_not_reach_timed_out(code: int, words: str) -> None:
    far = Far()
    asking = await far.ask()
    far.answer(0, bytes((0x83, code)))
    with pytest.raises(SlaveTimeout, match=rf"gateway Hall \(10.0.0.5:502\) {words}"):
        await asking
    assert far.line.ledger.slave(7).tally.timeouts == 1
    assert far.line.ledger.slave(7).heard is None


async def test_the_slaves_own_exception_comes_through() -> None:
    far = Far()
    asking = await far.ask()
    far.answer(0, bytes.fromhex("8302"))
    with pytest.raises(SlaveException) as caught:
        await asking
    assert caught.value.code == 2
    assert far.line.ledger.slave(7).tally.exceptions == 1


@pytest.mark.parametrize("pdu", ["030200010002", "04040001", "0304000100020003", "83", "830202"])
async def test_an_answer_to_something_else_is_no_answer(pdu: str) -> None:
    far = Far()
    asking = await far.ask()
    far.answer(0, bytes.fromhex(pdu))
    with pytest.raises(SlaveGarbled):
        await asking
    assert far.line.ledger.tally.garbled == 1


async def test_an_answer_of_another_unit_is_no_answer() -> None:
    far = Far()
    asking = await far.ask(7)
    far.say(Adu(far.sent[0].transaction, 8, ANSWER))
    with pytest.raises(SlaveGarbled):
        await asking


async def test_an_answer_that_comes_too_late_reaches_nobody() -> None:
    far = Far(answer_within=0.02)
    late = await far.ask()
    with pytest.raises(SlaveTimeout, match="did not answer within"):
        await late
    asking = await far.ask(7, bytes.fromhex("0300c80002"))
    far.answer(0)
    assert not asking.done()
    assert far.line.ledger.tally.stale_bytes > 0
    far.answer(-1, bytes.fromhex("030400090009"))
    assert await asking == bytes.fromhex("030400090009")


async def test_a_gateway_that_swallows_everything_is_given_up() -> None:
    far = Far(answer_within=0.02)
    with pytest.raises(SlaveTimeout):
        await (await far.ask())
    assert far.sent[1].unit == GATEWAY.unit
    await until(lambda: bool(far.failures))
    assert isinstance(far.failures[0], LineDown)
    assert "takes requests and answers none" in str(far.failures[0])


async def test_a_gateway_that_only_keeps_silent_for_one_slave_is_kept() -> None:
    far = Far(answer_within=0.05)
    asking = await far.ask()
    with pytest.raises(SlaveTimeout):
        await asking
    far.answer(1, bytes.fromhex("8302"))
    asking = await far.ask(8)
    far.answer(2)
    assert await asking == ANSWER
    assert far.failures == []


async def test_a_gateway_that_forgets_one_of_two_requests_gets_one_at_a_time() -> None:
    far = Far(answer_within=0.02)
    far.answers_from = 1
    both = asyncio.gather(far.line.request(7, READ), far.line.request(8, READ))
    assert list(await both) == [ANSWER, ANSWER]
    assert far.log == ["asked 7", "asked 8", "told 8", "asked 7", "told 7"]
    assert far.line.ledger.tally.timeouts == 1
    del far.log[:]
    await asyncio.gather(far.line.request(7, READ), far.line.request(8, READ))
    assert far.log == ["asked 7", "told 7", "asked 8", "told 8"]


async def test_a_read_that_goes_unanswered_alone_too_is_not_asked_a_third_time() -> None:
    far = Far(answer_within=0.02)
    silent, answered = await far.ask(7), await far.ask(8)
    far.answer(1)
    with pytest.raises(SlaveTimeout):
        await silent
    await answered
    assert [adu.unit for adu in far.sent if adu.unit != GATEWAY.unit] == [7, 8, 7]


async def test_a_write_that_may_have_been_forgotten_is_not_sent_again() -> None:
    far = Far(answer_within=0.02)
    write, read = await far.ask(7, bytes.fromhex("0600640001")), await far.ask(8)
    far.answer(1)
    with pytest.raises(SlaveTimeout):
        await write
    await read
    assert [adu.unit for adu in far.sent] == [7, 8]


async def test_what_was_forgotten_ends_with_the_connection() -> None:
    far = Far(answer_within=0.02)
    both, answered = [await far.ask(7), await far.ask(9)], await far.ask(8)
    far.answer(2)
    await answered
    await until(lambda: far.line.ledger.tally.timeouts == 2)
    far.line.detach("unplugged")
    for forgotten in both:
        with pytest.raises(LineDown):
            await forgotten


async def test_it_is_greeted_by_any_answer_of_its_own() -> None:
    far = Far()
    greeting = asyncio.create_task(far.line.greet())
    await turned()
    assert (far.sent[0].unit, far.sent[0].pdu[0]) == (255, 3)
    assert not greeting.done()
    far.answer(0, HELLO_ANSWER)
    await asyncio.wait_for(greeting, 5)
    assert far.line.ledger.tally.asked == 0


async def test_what_is_no_modbus_tcp_ends_the_connection() -> None:
    far = Far()
    far.line.heard(b"HTTP/1.1 400 Bad Request\r\n", 1.0)
    assert "does not speak Modbus TCP" in str(far.failures[0])


async def test_a_lost_connection_fails_all_who_wait_and_all_who_ask() -> None:
    far = Far()
    tasks = [await far.ask(unit) for unit in range(1, IN_FLIGHT + 2)]
    far.line.detach("the gateway was lost")
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["the gateway was lost"] * len(tasks)
    assert far.line.ledger.tally.lost == IN_FLIGHT
    with pytest.raises(LineDown, match="the gateway was lost"):
        await far.line.request(7, READ)


async def test_its_frames_are_shown_in_the_form_of_rtu() -> None:
    far = Far()
    seen: list[Frame] = []
    with far.frames.watch(seen.append):
        asking = await far.ask()
        far.answer(0)
        await asking
    assert [(f.line, f.kind, f.unit) for f in seen] == [
        ("hall", FrameKind.REQUEST, 7),
        ("hall", FrameKind.ANSWER, 7),
    ]
    assert seen[1].data[:-2] == b"\x07" + ANSWER


def test_a_frame_is_cut_where_its_header_says() -> None:
    one, two = Adu(1, 7, READ), Adu(0xFFFF, 8, ANSWER)
    heard = bytearray(one.encode() + two.encode() + b"\x00")
    assert list(split(heard)) == [one, two]
    assert heard == b"\x00"
    assert one.encode() == bytes.fromhex("000100000006070300640002")


@pytest.mark.parametrize("octets", ["00010001000607", "00010000000107", "0001000000ff07"])
def test_what_cannot_be_a_header_is_refused(octets: str) -> None:
    with pytest.raises(ValueError, match="begins with"):
        list(split(bytearray.fromhex(octets)))
