"""The client against the stand-in service, under every reading of what the vendor leaves open."""

from itertools import product

import pytest

from kbsync.desk.chitchat import DeskReader, DeskWriter
from kbsync.desk.client import Transport
from kbsync.desk.doctor import examine
from kbsync.desk.signing import Signer
from kbsync.limiter import Pacer
from kbsync.model import AnswerType, Status
from kbsync.rehearsal import DEMO, Switches
from kbsync.sandbox.server import SandboxTransport
from kbsync.sandbox.service import Service
from kbsync.sandbox.sessions import OTHER_ROBOT
from tests.fakes.clock import FakeClock
from tests.fakes.console import snapshot
from tests.shares import one_in

LISTINGS = [
    Switches.from_words(words)
    for words in (
        *product(
            ("order=oldest", "order=shuffled"),
            ("past-end=empty", "past-end=error", "past-end=last-page"),
            ("totals=library", "totals=filtered", "totals=page"),
            ("page-cap=none", "page-cap=3"),
            ("page-refusal=refuse", "page-refusal=clamp"),
        ),
        *product(
            ("empty-page=list", "empty-page=null", "empty-page=absent"), ("totals=library", "totals=filtered", "totals=page")
        ),
    )
]


def stand_in(switches: Switches) -> tuple[Service, Transport]:
    """A sandbox with these switches, and a client of it."""
    clock = FakeClock()
    service = Service(None, clock=clock, switches=switches)
    transport = Transport(
        endpoint="https://console.tim.qq.com",
        sdkappid=DEMO.sdkappid,
        identifier=DEMO.identifier,
        signer=Signer(DEMO.sdkappid, DEMO.identifier, clock=clock, secret=DEMO.secret),
        pacer=Pacer(clock),
        clock=clock,
        http=SandboxTransport(service),
    )
    return service, transport


def filled(switches: Switches, *, questions: int) -> tuple[Service, Transport]:
    """The same, with some questions of our own, every third of them disabled."""
    service, transport = stand_in(switches)
    writer = DeskWriter(transport)
    category = writer.add_category("Shipping", parent=None)
    for number in range(questions):
        writer.add_question(
            question=f"Q{number}?", answer="A", answer_type=AnswerType.TEXT, category=category, similar=[f"x{number}"]
        )
    service.clock.wait(5)
    own = [str(each["id"]) for each in snapshot(service)["questions"] if each["category"] == category]
    writer.set_similar(own[0], ["z", "y"])
    for identifier in own[::3]:
        writer.set_status([identifier], Status.DISABLED)
    service.clock.wait(5)
    return service, transport


def stored(service: Service) -> set[tuple[object, ...]]:
    """What the service holds."""
    return {
        (each["id"], each["question"], each["status"], *each["path"])  # type: ignore[misc]  # snapshot is plain data
        for each in snapshot(service)["questions"]
    }


def seen(transport: Transport, *, page_size: int) -> tuple[set[tuple[object, ...]], bool]:
    """What the client reads of the default robot, and whether it calls that whole."""
    knowledge = DeskReader(transport, page_size=page_size).read()
    contents = [(question.id, question.content) for question in knowledge.questions if OTHER_ROBOT not in str(question.id)]
    return {(each, one.question, int(one.status), *one.category) for each, one in contents}, knowledge.complete


@pytest.mark.no_cover
@pytest.mark.parametrize(("word", "switches"), Switches.variants(), ids=[word for word, _ in Switches.variants()])
def test_each_open_question_may_be_answered_either_way(word: str, switches: Switches) -> None:
    """Under each reading, what is written is what is read, whole."""
    service, transport = filled(switches, questions=2)
    expected = {each for each in stored(service) if switches.include_presets or each[3] == "Shipping"}
    assert seen(transport, page_size=100) == (expected, True)


@pytest.mark.no_cover
@pytest.mark.parametrize("switches", one_in(5, LISTINGS))
def test_a_listing_is_whole_or_says_that_it_is_not(switches: Switches) -> None:
    """Under all readings of pages together nothing is missed in silence, and only an order that never rests leaves doubt."""
    service, transport = filled(switches, questions=8)
    read, complete = seen(transport, page_size=4)
    assert read == stored(service) or not complete
    assert complete or switches.order == "shuffled"


def test_the_doctor_finds_the_stand_in_in_order() -> None:
    """A fresh sandbox passes every examination."""
    _, transport = stand_in(Switches())
    assert [finding.name for finding in examine(transport, rate=5.0) if finding.ok is not True] == []
