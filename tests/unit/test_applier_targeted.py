"""The read-back by what was touched: as few calls as that takes, and the same report as after a whole listing."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import httpx
import pytest

from kbsync.applier import Applier
from kbsync.desk.chitchat import DELETED, DeskReader, DeskWriter
from kbsync.messages import Message
from kbsync.model import Knowledge, Question, Status
from kbsync.ordering import cost_of
from kbsync.plan import Change
from kbsync.ports import Ports, Silent
from kbsync.rehearsal import Switches
from kbsync.report import ApplyReport
from kbsync.sandbox.server import SandboxTransport
from kbsync.sandbox.service import Service
from tests.fakes.console import Console
from tests.fakes.desk_script import fail, ok
from tests.unit.applying import add_category, create, delete, drop_category, plan, status, text, update
from tests.unit.test_desk_side_by_side import Serial, client

QUESTIONS, ATTIC = 51, 10515

Making = Callable[[Sequence[Question]], Sequence[Change]]


class Whole(DeskReader):
    """Reads the library whole each time."""

    def look(self, _goals: Sequence[Question], _known: Knowledge, *, tree: bool, beside: int | None = None) -> Knowledge | None:
        """Never."""
        assert tree in (True, False)
        assert beside is None or beside >= 0
        return None


class Keywords(httpx.BaseTransport):
    """A network on which calls with a keyword meet something else than others do."""

    def __init__(self, inner: httpx.BaseTransport, fate: str) -> None:
        self._inner = inner
        self._fate = fate

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Let it pass, unless it has a keyword: then it finds nothing, is refused or gets no answer."""
        body = json.loads(request.read())
        if self._fate == "removes nothing":
            return ok() if body.get("Status") == DELETED else self._inner.handle_request(request)
        if "Question" not in body or not request.url.path.endswith("list_chitchat") or self._fate == "passes":
            return self._inner.handle_request(request)
        if self._fate == "is lost":
            raise httpx.ReadTimeout(self._fate)
        return fail(-7) if self._fate == "is refused" else ok(QuestionList=[], StandardQuestionCount=0)


def applied(
    make: Making,
    words: str = "",
    *,
    kind: type[DeskReader] = DeskReader,
    fate: str = "passes",
    stopped: bool = False,
    cap: int = 3,
) -> tuple[ApplyReport, Mapping[str, int], Knowledge]:
    """The report on changes of a library at ``cap`` a page, with all calls, those after that listing, and the library then."""
    clock, stop = Serial(), threading.Event()
    service = Service(None, clock=clock, switches=replace(Switches.from_words(words.split()), page_cap=cap))
    console = Console(service)
    category = console.add_category("Shop")
    console.add_category("Attic")
    for number in range(QUESTIONS):
        console.add_question(f"Is {number} a number?", "Yes.", category=category, status=5 if number == 7 else 4)
    clock.move(60)
    transport = client(Keywords(SandboxTransport(service), fate), clock)
    live = kind(transport, page_size=max(10, cap)).read()
    own = [question for question in live.questions if question.content.category == ("Shop",)]
    changes = make(sorted(own, key=lambda question: int(question.content.question.split()[1])))
    before = dict(transport._pacer.calls)
    applier = Applier(
        Ports(kind(transport), DeskWriter(transport)),
        clock=clock,
        meter=transport._pacer,
        workers=1,
        progress=Stopping(stop) if stopped else None,
    )
    clock.move(60)
    todo = plan(*changes)
    cost = cost_of(todo.changes, rate=5, live=[each.content.status for each in live.questions])
    report = applier.apply(replace(todo, cost=cost), live=live, stop=stop)
    after = transport._pacer.calls
    report = replace(report, calls={str(command): count for command, count in after.items()})
    clock.move(60)
    sent = {str(command): count - before.get(command, 0) for command, count in after.items() if count > before.get(command, 0)}
    return report, sent, kind(transport).read()


class Stopping(Silent):
    """Somebody wants the apply to end when it begins to look again."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop

    def note(self, words: Message) -> None:
        """Reads lag: stop."""
        assert "lag" in str(words)
        self._stop.set()


def edits(own: Sequence[Question]) -> Sequence[Change]:
    """One question gets another text, one another answer, one other wordings."""
    return [
        update(own[3], question="Is three a number?"),
        update(own[4], answer="It is."),
        update(own[5], similar=("Is five one?",)),
    ]


def additions(_own: Sequence[Question]) -> Sequence[Change]:
    """Two questions come to be, one of them disabled."""
    return [create(text("Is zero odd?")), create(replace(text("Is one even?"), status=Status.DISABLED))]


def statuses(own: Sequence[Question]) -> Sequence[Change]:
    """One question is disabled, one that is disabled gets another answer, which may wake it."""
    return [status(own[1]), update(own[7], answer="Seven is.")]


def moves(own: Sequence[Question]) -> Sequence[Change]:
    """A category comes to be and a question moves there."""
    return [add_category("Yard"), update(own[2], category=("Yard",))]


def removals(own: Sequence[Question]) -> Sequence[Change]:
    """A question goes, another stays and changes."""
    return [delete(own[9]), update(own[4], answer="It is.")]


def titles(_own: Sequence[Question]) -> Sequence[Change]:
    """A category comes to be, and no question has to do with it."""
    return [add_category("Yard")]


def drops(own: Sequence[Question]) -> Sequence[Change]:
    """A category goes, and a question changes."""
    return [drop_category(ATTIC, "Attic"), *edits(own)[:1]]


def changes(own: Sequence[Question]) -> Sequence[Change]:
    """Something of each."""
    return [*edits(own), *additions(own)[1:], *statuses(own)[:1], *moves(own), *removals(own)[:1]]


@pytest.mark.parametrize(
    ("make", "listed", "categories"),
    [(edits, 3, 0), (additions, 5, 0), (statuses, 2, 0), (moves, 1, 1), (removals, 1 + 1 + 2, 0), (titles, 0, 1)],
)
def test_what_was_touched_is_read_back_by_itself(make: Making, listed: int, categories: int) -> None:
    """One call a question; what is disabled after it was made is looked for anew, what goes once before and twice after."""
    report, sent, _ = applied(make)
    assert report.finished
    assert report.verified
    assert not report.mismatches
    assert (sent.get("list_chitchat", 0), sent.get("desc_chitchat_category", 0)) == (listed, categories)


@pytest.mark.parametrize(
    ("words", "fate"),
    [
        ("", "finds nothing"),
        ("", "is refused"),
        ("", "is lost"),
        ("keyword=words", "passes"),
        ("keyword=ignored", "passes"),
        ("read-lag=0.4", "passes"),
        ("read-lag=50", "passes"),
        ("order=shuffled totals=page", "passes"),
        ("order=newest totals=library past-end=last-page page-refusal=clamp", "passes"),
        ("past-end=error empty-page=absent add-status=5", "passes"),
        ("update-reenables=yes similar-order=reversed normalise=trim second-robot=listed", "passes"),
        ("question-max=20", "passes"),
    ],
)
def test_the_report_is_that_of_a_whole_listing(words: str, fate: str) -> None:
    """Under each reading of what no page says: a filter that lets all through or nothing, an index that lags, other statuses."""
    found, _, library = applied(changes, words, fate=fate)
    wanted, _, other = applied(changes, words, fate=fate, kind=Whole)
    assert (found.outcomes, found.mismatches, found.verified) == (wanted.outcomes, wanted.mismatches, wanted.verified)
    assert {each.content for each in library.questions} == {each.content for each in other.questions}


@pytest.mark.parametrize(("words", "fate"), [("keyword=ignored", "passes"), ("", "is refused")])
def test_a_keyword_that_does_not_filter_is_tried_once(words: str, fate: str) -> None:
    """Where the first look is refused or brings what was not asked for, the library is listed, as it would have been."""
    _, sent, _ = applied(edits, words, fate=fate)
    _, whole, _ = applied(edits, words, fate=fate, kind=Whole)
    assert sent["list_chitchat"] == whole["list_chitchat"] + 1


def test_who_stops_a_look_gets_the_word_of_a_whole_listing() -> None:
    """What a filter does not show says nothing: before the report is made the library is listed once."""
    report, sent, _ = applied(edits, fate="finds nothing", stopped=True)
    assert report.verified
    assert not report.mismatches
    assert sent["list_chitchat"] > 2 * 3 + QUESTIONS / 3


@pytest.mark.parametrize("make", [edits, additions, statuses, moves, removals, titles, drops, changes])
def test_a_plan_tells_the_calls_that_are_sent(make: Making, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted on the wire, with the listing for the plan; a lock that is shared asks for the time with the one more."""
    monkeypatch.setattr("kbsync.ordering.PAGE", 3)
    report, _, _ = applied(make)
    told, sent = Counter(report.plan.cost.calls), Counter(report.calls)
    assert report.finished
    assert told - sent == Counter({"desc_chitchat_category": 1})
    assert not sent - told


def test_a_delete_that_shares_its_limit_with_the_listing_before_it_is_sent() -> None:
    """Where one limit counts all commands, and five calls show a category to be empty, the next listing leaves it room."""
    report, sent, _ = applied(lambda own: drops(own)[:1], "limit-scope=app", cap=30)
    assert report.finished
    assert sent["del_chitchat_category"] > 1
    assert report.seconds < 20


def test_what_no_look_shows_is_not_taken_for_gone() -> None:
    """A filter that passes over a question shows the same as one that has none to show: then the library is listed."""
    report, sent, _ = applied(removals, fate="finds nothing")
    whole, other, _ = applied(removals, kind=Whole)
    assert report.outcomes == whole.outcomes
    assert report.verified
    assert sent["list_chitchat"] >= other["list_chitchat"]


def test_what_is_still_shown_is_not_gone() -> None:
    """A service that says yes and removes nothing is told of, by a look as by a listing."""
    for kind in (DeskReader, Whole):
        report, _, _ = applied(removals, fate="removes nothing", kind=kind)
        assert [(each.field, each.found) for each in report.mismatches] == [("presence", "Is 9 a number?")]
