"""One library and its clients, without waiting and by default without sockets, so that thousands of applies take a minute.

What an apply promises is judged here by the service's own snapshot, never by what the client says of itself.
"""

import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import httpx

from kbsync.applier import Applier, OnFailure
from kbsync.desk.chitchat import DeskReader, DeskWriter
from kbsync.desk.client import Transport
from kbsync.desk.signing import Signer
from kbsync.guards import Consent, objections, removal_count
from kbsync.limiter import Pacer
from kbsync.model import AnswerType, Category, Content, Knowledge, MenuType, Question, Status
from kbsync.plan import CategoryChange, Change, Kind, Plan, QuestionChange, Source, TargetRef
from kbsync.planner import Context, make_plan
from kbsync.ports import Ports
from kbsync.rehearsal import DEFAULTS, DEMO, Account, Switches, parse_rules
from kbsync.report import ApplyReport, Outcome
from kbsync.sandbox.library import put_rules
from kbsync.sandbox.server import SandboxServer, SandboxTransport
from kbsync.sandbox.service import Service
from kbsync.settings import Policy, Prune
from tests.fakes.clock import FakeClock
from tests.fakes.console import Console, snapshot

__all__ = ["FAST", "Bench", "Died", "Side", "dishonest", "library", "plant", "reached", "refused", "unlike", "untouched"]

FAST = Account(calls_per_second=1_000_000)
"""An account whose limit is out of the way, for tests that are about something else."""

NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts no certificate: clients here speak plain HTTP, and loading those of the world takes longer than a run."""

FREE = Policy(prune=Prune.DELETE, max_update_percent=100, max_remove_percent=100, floor=1000)


@dataclass(frozen=True, slots=True)
class Side:
    """The git side of a case: what the files say, and what they said when they were last applied."""

    desired: Knowledge
    base: Knowledge | None


@dataclass
class Bench:
    """A service with clients that come and go; each apply is a new client, as each run is a new process."""

    service: Service
    clock: FakeClock
    workers: int = 1
    server: SandboxServer | None = None

    @classmethod
    def make(cls, live: Knowledge, *, switches: Switches = DEFAULTS, workers: int = 1, port: bool = False) -> "Bench":
        """A service in memory that holds the presets it comes with and a library; behind a real ``port`` if asked for."""
        clock = FakeClock()
        service = Service(None, clock=clock, switches=switches, account=FAST)
        plant(service, live)
        clock.move(60)  # whatever lags behind has caught up
        server = SandboxServer(service) if port else None
        if server is not None:
            server.start()
        return cls(service, clock, workers, server)

    def close(self) -> None:
        """Give the port and the library back."""
        if self.server is not None:
            self.server.stop()
        self.service.close()

    def break_with(self, *words: str) -> None:
        """Let calls go wrong from now on, counted from here."""
        database = self.service.database
        with database.transaction():
            put_rules(database, parse_rules(words))

    def mend(self) -> None:
        """Nothing goes wrong any more."""
        database = self.service.database
        with database.transaction():
            database.run("DELETE FROM fault")
        self.clock.move(60)

    def plan(self, side: Side) -> Plan:
        """What one run plans."""
        context = Context(TargetRef("production", DEMO.sdkappid), Source(side.desired.digest()), FREE)
        with self._client() as transport:
            return make_plan(side.desired, DeskReader(transport).read(), side.base, context=context)

    def apply(
        self, plan: Plan, *, on_failure: OnFailure = OnFailure.STOP, dies_at: int | None = None, unsure: bool = False
    ) -> ApplyReport:
        """What one run carries out. Raises Died at call number ``dies_at``, if it comes so far."""
        with self._client(dies_at) as transport:
            reader, writer = DeskReader(transport), DeskWriter(transport)
            applier = Applier(Ports(reader, writer), clock=self.clock, meter=transport._pacer, workers=self.workers)
            return applier.apply(plan, on_failure=on_failure, unsure=unsure)

    @contextmanager
    def _client(self, dies_at: int | None = None) -> Iterator[Transport]:
        network: httpx.BaseTransport = (
            SandboxTransport(self.service) if self.server is None else httpx.HTTPTransport(verify=NOBODY)
        )
        transport = Transport(
            endpoint="http://127.0.0.1" if self.server is None else self.server.address,
            sdkappid=DEMO.sdkappid,
            identifier=DEMO.identifier,
            signer=Signer(DEMO.sdkappid, DEMO.identifier, clock=self.clock, secret=DEMO.secret),
            pacer=Pacer(self.clock),
            clock=self.clock,
            http=network if dies_at is None else _Mortal(network, dies_at),
        )
        try:
            yield transport
        finally:
            transport.close()


class Died(BaseException):
    """The process is gone, with everything that it knew; no handler of the program sees this."""


class _Mortal(httpx.BaseTransport):
    """Dies with one call: the service got it, and nobody hears the answer."""

    def __init__(self, inner: httpx.BaseTransport, last: int) -> None:
        self._inner = inner
        self._left = last

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._left -= 1
        response = self._inner.handle_request(request)
        if self._left == 0:
            response.close()
            raise Died
        return response

    def close(self) -> None:
        self._inner.close()


def plant(service: Service, live: Knowledge) -> None:
    """Put a library into a service by the console's hand; the service gives the ids."""
    ids: dict[tuple[str, ...], int] = {}
    for category in sorted(live.categories, key=lambda each: len(each.path)):
        if category.menu is MenuType.ORDINARY:
            ids[category.path] = Console(service).add_category(category.path[-1], parent=ids.get(category.path[:-1], 0))
    for content in (question.content for question in live.questions if question.content.category in ids):
        Console(service).add_question(
            content.question,
            content.answer,
            category=ids[content.category],
            answer_type=int(content.answer_type),
            similar=content.similar,
            status=int(content.status),
        )


def library(service: Service) -> Knowledge:
    """What the service holds, by its own account."""
    found = snapshot(service)
    entries: dict[int, dict[str, object]] = {int(str(each["id"])): each for each in found["categories"]}

    def path(identifier: int) -> tuple[str, ...]:
        entry = entries.get(identifier)
        return () if entry is None else (*path(int(str(entry["parent"]))), str(entry["title"]))

    return Knowledge(
        tuple(Category(path(each), each, MenuType(int(str(entries[each]["menu"])))) for each in entries),
        tuple(
            Question(
                Content(
                    str(each["question"]),
                    str(each["answer"]),
                    path(int(str(each["category"]))),
                    AnswerType(int(str(each["answer_type"]))),
                    tuple(each["similar"]),  # type: ignore[arg-type]  # the snapshot is plain data
                    Status(int(str(each["status"]))),
                ),
                id=str(each["id"]),
            )
            for each in found["questions"]
        ),
    )


def refused(plan: Plan) -> bool:
    """Whether the plan may not be carried out, whatever a person agrees to."""
    return bool(objections(plan, Consent(remove=removal_count(plan), overwrite_conflicts=True, overwrite_drift=True)))


def reached(change: Change, live: Knowledge, *, status: bool = True) -> bool:
    """Whether the object of a change is in its goal state; the status of a new question counts only if asked for."""
    if isinstance(change, CategoryChange):
        return _category_reached(change, live)
    if change.after is None:
        return all(question.id != change.id for question in live.questions)
    if change.id is None:
        found = [each.content for each in live.questions if each.content.question == change.after.question]
        return any((each if status else replace(each, status=change.after.status)) == change.after for each in found)
    held = next((question.content for question in live.questions if question.id == change.id), None)
    return held is not None and not _left(change, held)


def dishonest(report: ApplyReport, live: Knowledge) -> list[str]:
    """Every claim of a report that the service's own library contradicts.

    A report that says that it could not read back claims of a new question that it was added, and nothing of its status,
    which the service chooses. What a report names as a mismatch is not claimed.
    """
    named = {mismatch.change for mismatch in report.mismatches}
    return [
        f"{outcome.outcome}: {change.action} {change.title} ({outcome.reason})"
        for outcome, change in zip(report.outcomes, report.plan.changes, strict=True)
        if outcome.change not in named and _contradicted(outcome.outcome, change, live, status=report.verified)
    ]


def unlike(side: Side, live: Knowledge) -> list[str]:
    """Every declared question and category that is not live as declared, exactly once.

    A live wording that a declared question has too stays where it is: no file can hold it twice.
    """
    texts = Counter(question.content.question for question in live.questions)
    taken = {text for each in side.desired.questions for text in each.content.similar}
    contents = {question.content for question in live.questions}
    for question in live.questions:
        said = {text for each in side.desired.questions if _asks(each, question) for text in each.content.similar}
        held = tuple(text for text in question.content.similar if text in said or text not in taken)
        contents.add(replace(question.content, similar=held))
    paths = {category.path for category in live.categories}
    return [
        *(f"{each.path} is not live" for each in side.desired.categories if each.path not in paths),
        *(f"{each.content} is not live" for each in side.desired.questions if each.content not in contents),
        *(f"{name} is there {texts[name]} times" for name in _names(side.desired) if texts[name] != 1),
    ]


def _asks(declared: Question, live: Question) -> bool:
    return declared.content.question == live.content.question


def untouched(plan: Plan, before: Knowledge, after: Knowledge) -> list[str]:
    """Every unmanaged object that is not as it was; a category that was renamed takes its questions along."""
    renamed = {change.before: change.after for change in plan.changes if isinstance(change, CategoryChange) and change.after}
    unmanaged = {item.id for item in plan.unmanaged if item.kind is Kind.QUESTION}
    now = {question.id: question.content for question in after.questions}
    return [
        question.content.question
        for question in before.questions
        if question.id in unmanaged and not _same(question.content, now.get(question.id), renamed)
    ]


def _same(before: Content, now: Content | None, renamed: dict[tuple[str, ...] | None, tuple[str, ...]]) -> bool:
    if now is None:
        return False
    paths = {before.category, *(_moved(before.category, renamed))}
    return now.category in paths and replace(now, category=before.category) == before


def _moved(path: tuple[str, ...], renamed: dict[tuple[str, ...] | None, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    for length in range(1, len(path) + 1):
        if path[:length] in renamed:
            yield (*renamed[path[:length]], *path[length:])


def _names(knowledge: Knowledge) -> list[str]:
    return [question.content.question for question in knowledge.questions]


def _category_reached(change: CategoryChange, live: Knowledge) -> bool:
    if change.id is None:
        return any(category.path == change.after for category in live.categories)
    held = next((category.path for category in live.categories if category.id == change.id), None)
    if change.after is None:
        return held is None
    return held is not None and held[-1] == change.after[-1]


def _left(change: QuestionChange, held: Content) -> list[str]:
    """The fields that the change says it changes and that are not there yet."""
    names = [each.field.value for each in change.fields]
    return [name for name in names if getattr(held, name) != getattr(change.after, name)]


def _contradicted(outcome: Outcome, change: Change, live: Knowledge, *, status: bool) -> bool:
    if outcome in (Outcome.APPLIED, Outcome.ALREADY):
        return not reached(change, live, status=status)
    return outcome in (Outcome.REFUSED, Outcome.NOT_ATTEMPTED) and reached(change, live)
