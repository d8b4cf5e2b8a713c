"""The ports Reader and Writer over REST: the chitchat library read whole, page by page, and written one object a method."""

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

from kbsync.commands import Command
from kbsync.desk.answers import Fields, QuestionRow, Tree, category_row, question_row, robot_of
from kbsync.desk.client import Transport
from kbsync.errors import OutcomeUnknown, RequestRefused, ServiceError, UnknownCommand, Unreachable
from kbsync.limiter import BackgroundWork
from kbsync.messages import message
from kbsync.model import AnswerType, CategoryPath, Content, Knowledge, Question, Status, bare

__all__ = ["DeskReader", "DeskWriter", "read_tree"]

DELETED = 6
"""Status that deletes in batch_set_chitchat (cloud.tencent.com/document/product/679/117570)."""

SIZES = (1000, 100, 50, 20, 10, 3, 1)
"""Page sizes in the order in which they are tried: the vendor documents no upper limit, and its example asks for 3."""

USUAL = 100
"""A larger page is asked for once; where it is refused, or late, smaller ones are read."""

LATE = 5.0
"""Seconds within which a larger page has to arrive: the service's own timeout is 3, plus the round trip
(www.tencentcloud.com/zh/document/product/1047/34620)."""

AHEAD = 16
"""Pages on their way at once: five a second, at the 3 seconds that the service gives itself, and one that waits."""

HTTP_STATUSES = range(100, 600)
"""A refusal with such a code is from a proxy and not from the service: it proves nothing about page sizes."""

WRONG_PAGE = frozenset({-7, 60003, 70402})
"""The codes of parameters that the service does not take, such as the number of a page that does not exist."""

ROUNDS = 3
"""A library that moves while it is read is read this often."""


MOST_PAGES, MOST_QUESTIONS, MOST_TEXT = 5_000, 100_000, 2**28
"""Pages, questions and characters of one status. No limit is documented; no real library takes a quarter of an hour of calls."""


class DeskReader:
    """Reads the whole live library, without what the console has saved and not published.

    ``on_rows`` is called with the number of questions on every page. ``robots`` are those with questions in the last listing.
    """

    def __init__(
        self, transport: Transport, *, page_size: int = SIZES[0], on_rows: Callable[[int], object] | None = None
    ) -> None:
        self._transport = transport
        self._lister = QuestionLister(transport, page_size=page_size, on_rows=on_rows)
        self.robots: frozenset[str] = frozenset()

    def read(self) -> Knowledge:
        """Every category and every question. Raises ServiceError when a page fails: a failed page is never a shorter list."""
        tree = read_tree(self._transport)
        listing = self._lister.read()
        self.robots = frozenset(filter(None, (robot_of(row.id) for row in listing.rows)))
        if any(row.category not in tree.rows for row in listing.rows):
            tree = read_tree(self._transport)
        paths = {category: tree.path(category) for category in {row.category for row in listing.rows}}
        return Knowledge(
            categories=tree.categories(),
            questions=tuple([_question(row, paths[row.category]) for row in listing.rows]),
            complete=tree.complete and listing.complete,
        )

    def look(self, goals: Sequence[Question], known: Knowledge, *, tree: bool, beside: int | None = None) -> Knowledge | None:
        """``known``, but for these questions as they are now; None where the keyword filter does not show them for certain.

        What an answer shows is known by its id, so that it does not matter how the filter matches, nor whether it does.
        ``beside``: they will be looked for again, with so many others; None as well where that takes more calls than a listing.
        """
        pages = self._transport.heard.pages
        calls = 2 * len(goals) if beside is None else 3 * len(goals) + 2 * beside
        if not known.complete or calls >= len(pages):
            return None
        rows = self._lister.find(goals, size=min(USUAL, max(pages)))
        if rows is None:
            return None
        categories = known.categories
        paths = {category.id: category.path for category in categories}
        if tree or any(row.category not in paths for row in rows):
            read = read_tree(self._transport)
            if not read.complete:
                return None
            categories, paths = read.categories(), {row.category: read.path(row.category) for row in rows}
        questions = {question.id: question for question in known.questions}
        questions |= {row.id: _question(row, paths[row.category]) for row in rows}
        return Knowledge(categories, tuple(questions.values()), complete=True)


class DeskWriter:
    """Writes to the live library: every call takes effect for customers at once. Safe to share by threads."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._similar = Command.UPDATE_SIMILAR

    def add_category(self, title: str, *, parent: int | None) -> int:
        """Create a category and return its CategoryId, looked up by title if the answer has none."""
        body: dict[str, object] = {"Title": title} | ({} if parent is None else {"ParentId": parent})
        fields = Fields(Command.ADD_CATEGORY, self._transport.call(Command.ADD_CATEGORY, body, repeat=False))
        made = fields.integer("CategoryId", 0)
        if made:
            return made
        try:
            found = read_tree(self._transport).find(title, parent=parent or 0)
        except ServiceError:  # whatever it says of the look-up, the category has been created
            found = ()
        if len(found) != 1:
            raise fields.broken("CategoryId", None)
        return found[0]

    def rename_category(self, category: int, title: str) -> None:
        """Give a category another title."""
        self._transport.call(Command.UPDATE_CATEGORY, {"CategoryId": category, "Title": title}, repeat=True)

    def delete_category(self, category: int, *, still: Callable[[], bool] | None = None) -> None:
        """Delete a category and, as the service does it, every question in it. Not repeated: a second try may be refused.

        ``still`` is asked each time before the call is sent, because it may have to wait; False raises Outdated.
        """
        self._transport.call(Command.DEL_CATEGORY, {"CategoryId": category}, repeat=False, still=still)

    def add_question(self, *, question: str, answer: str, answer_type: AnswerType, category: int, similar: Sequence[str]) -> None:
        """Create a question. Not repeated: the service may take a second one of the same text."""
        body = {
            "CategoryId": category,
            "Question": question,
            "Answer": answer,
            "AnswerType": int(answer_type),
            "SimilarQuestions": list(similar),
        }
        self._transport.call(Command.ADD, body, repeat=False)

    def update_question(
        self,
        identifier: str,
        *,
        question: str | None = None,
        answer: str | None = None,
        answer_type: AnswerType | None = None,
        category: int | None = None,
    ) -> None:
        """Change the given fields in one call; what is None is not sent, and nothing is sent when all are None."""
        given = {
            "Question": question,
            "Answer": answer,
            "AnswerType": None if answer_type is None else int(answer_type),
            "CategoryId": category,
        }
        changed = {name: value for name, value in given.items() if value is not None}
        if changed:
            self._transport.call(Command.UPDATE, {"StandardQuestionId": identifier, **changed}, repeat=True)

    def set_similar(self, identifier: str, similar: Sequence[str]) -> None:
        """Replace the similar questions; an empty sequence clears them.

        The vendor's pages disagree on the command's name: the newer one is tried first, and what the service knows is kept
        for the rest of the process.
        """
        body = {"StandardQuestionId": identifier, "SimilarQuestions": list(similar)}
        command = self._similar
        try:
            self._transport.call(command, body, repeat=True)
        except UnknownCommand:
            if command is Command.UPDATE_SIMILAR_OLD:
                raise
        else:
            return
        self._transport.call(Command.UPDATE_SIMILAR_OLD, body, repeat=True)
        self._similar = Command.UPDATE_SIMILAR_OLD

    def set_status(self, identifiers: Sequence[str], status: Status) -> None:
        """Enable or disable a batch of questions."""
        self._batch(identifiers, int(status), repeat=True)

    def delete_questions(self, identifiers: Sequence[str]) -> None:
        """Delete a batch of questions. Not repeated: a second try may be refused because they are gone."""
        self._batch(identifiers, DELETED, repeat=False)

    def _batch(self, identifiers: Sequence[str], status: int, *, repeat: bool) -> None:
        if identifiers:
            body = {"StandardQuestionIds": list(identifiers), "Status": status}
            self._transport.call(Command.BATCH_SET, body, repeat=repeat)


def read_tree(transport: Transport, *, repeat: bool = True) -> Tree:
    """List the categories, asking again if an answer gets lost, and once more when the service counts more than it lists."""
    for _ in range(2):
        fields = Fields(Command.DESC_CATEGORY, transport.call(Command.DESC_CATEGORY, {}, repeat=repeat))
        total = fields.count("Total")
        rows = {row.id: row for row in map(category_row, fields.records("List", count=total))}
        tree = Tree(rows, complete=len(rows) >= (total or 0))
        if tree.complete:
            break
    return tree


def _question(row: QuestionRow, path: CategoryPath) -> Question:
    return Question(Content(row.question, row.answer, path, row.answer_type, row.similar, row.status), id=row.id)


@dataclass(frozen=True, slots=True)
class QuestionListing:
    """The questions, each id once; ``complete`` is False when they could not be shown to be all of them."""

    rows: tuple[QuestionRow, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class ListedPage:
    rows: tuple[QuestionRow, ...]
    total: int | None

    @property
    def text(self) -> int:
        """Characters in it."""
        return sum(len(row.question) + len(row.answer) + sum(map(len, row.similar)) for row in self.rows)


@dataclass(frozen=True, slots=True)
class _Sweep:
    """One walk over the pages of one status.

    ``refusal`` is the refused page that ended it, if one did. ``goes_on`` means that a second look found more where it ended.
    """

    rows: Mapping[str, QuestionRow]
    pages: Sequence[ListedPage]
    refusal: RequestRefused | None = None
    goes_on: bool = False

    @property
    def told(self) -> set[int]:
        """The counts in the pages. The 0 of an empty page proves nothing about the others."""
        return {page.total for page in self.pages if page.total is not None and (page.rows or page.total)}

    @property
    def totals(self) -> set[int]:
        """The same, but nothing where each page may have counted its own rows.

        What the field counts is not published: the library, what the filter lets through, and the page are all possible.
        """
        own = all(page.total in (None, len(page.rows)) for page in self.pages)
        return set() if own else self.told

    @property
    def steady(self) -> bool:
        """Whether nothing moved meanwhile: one total throughout, and no question on two pages.

        The last page may be the same as the one before: that is one way of saying that there is no more.
        """
        *body, last = self.pages
        pages = body if body and last.rows == body[-1].rows else self.pages
        return len(self.totals) <= 1 and sum(len(page.rows) for page in pages) == len(self.rows)

    @property
    def reached(self) -> bool:
        """Whether at least as many were listed as counted."""
        return len(self.rows) >= max(self.totals, default=0)

    @property
    def is_known_to_end(self) -> bool:
        """Whether the counts prove that the listing reached the end, so that no second one is needed."""
        return (bool(self.totals) and self.reached) or (not self.rows and self.pages[0].total == 0)


class QuestionLister:
    """Lists questions, ``page_size`` at a time or as many as the service allows; the transport remembers what it allows.

    Pages are read concurrently if the first one has their number, and are evaluated in order, so that the result is that of
    reading them one after the other.
    """

    def __init__(self, transport: Transport, *, page_size: int, on_rows: Callable[[int], object] | None = None) -> None:
        self._transport = transport
        self._on_rows = on_rows
        self._size = page_size

    def read(self) -> QuestionListing:
        """All questions. Reads again when pages and counts do not fit together.

        Enabled and disabled ones are listed separately, because it is not documented whether both are listed without a status; if
        the service ignores the filter, the ids show that the same ones were listed twice.
        """
        merged: dict[str, QuestionRow] = {}
        for attempt in range(1, ROUNDS + 1):
            sweeps = self._sweeps()
            self._transport.heard.pages = tuple(len(page.rows) for sweep in sweeps for page in sweep.pages)
            rows = {identifier: row for sweep in sweeps for identifier, row in sweep.rows.items()}
            steady = all(sweep.steady for sweep in sweeps)
            if steady and not any(sweep.goes_on for sweep in sweeps) and _all_there(sweeps, len(rows)):
                return QuestionListing(tuple(rows.values()), complete=True)
            merged |= rows
            if _exactly(sweeps, len(merged)):
                return QuestionListing(tuple(merged.values()), complete=True)
            # Counts that do not fit although nothing moves will not fit the third time either.
            if steady and attempt > 1:
                break
        # In a listing that rests, a refused page before the count is met is a failure and no end.
        failed = [sweep.refusal for sweep in sweeps if steady and (sweep.goes_on or not sweep.reached)]
        for refusal in filter(None, failed):
            raise refusal
        return QuestionListing(tuple(merged.values()), complete=False)

    def find(self, goals: Sequence[Question], *, size: int) -> Sequence[QuestionRow] | None:
        """What the keyword filter shows of these questions; None where it cannot be relied on, which the first one tells."""
        found: list[QuestionRow] = []
        for start, end in pairwise((0, *range(min(1, len(goals)), len(goals), AHEAD), len(goals))):
            aside = [self._transport.aside(partial(self._find, goal, size)) for goal in goals[start:end]]
            for rows in [each.result() for each in aside]:
                if rows is None:
                    return None
                found.extend(rows)
        return found

    def _find(self, goal: Question, size: int) -> Sequence[QuestionRow] | None:
        """The page with a question, in the status that it is to have or else in the other; nothing where neither shows it.

        A question that is not there yet, and one that the filter passes over, look the same; a page that is full, or has what
        was not asked for, says nothing of what it does not show.
        """
        text = bare(goal.content.question)
        for status in sorted(Status, key=lambda status: status is not goal.content.status):
            page = self._page(1, size, status, keyword=goal.content.question)
            if isinstance(page, RequestRefused):
                return None
            if any(row.id == goal.id or (goal.id is None and bare(row.question) == text) for row in page.rows):
                return page.rows
            if len(page.rows) >= size or any(text not in bare(row.question) for row in page.rows):
                return None
        return ()

    def _sweeps(self) -> Sequence[_Sweep]:
        """The pages of all statuses, side by side, once the first page has shown which size is allowed."""
        first, *others = Status
        firsts = {first: self._first(first)}
        over = threading.Event()
        aside = [self._transport.aside(partial(self._sweep, status, firsts, over)) for status in others]
        try:
            return [self._sweep(first, firsts, over), *(each.result() for each in aside)]
        finally:
            over.set()

    def _sweep(self, status: Status, firsts: dict[Status, ListedPage], over: threading.Event) -> _Sweep:
        """Every page of one status. If no count proves that this is all, the end is read once more.

        ``firsts`` are the first pages already read; once ``over`` is set, calls that were not sent are not waited for.
        """
        page = firsts[status] if status in firsts else firsts.setdefault(status, self._first(status))
        # A short first page is either all there is, or all that the service gives at once. Going on from the second page
        # with the first one's length is right in both cases.
        size = len(page.rows)
        rows, pages, text = {row.id: row for row in page.rows}, [page], page.text
        sweep = _Sweep(rows, pages)
        coming: dict[int, BackgroundWork[ListedPage | RequestRefused]] = {}
        ended = threading.Event()
        while page.rows:
            if len(pages) >= MOST_PAGES or len(rows) >= MOST_QUESTIONS or text >= MOST_TEXT:
                ended.set()
                raise _endless(pages=len(pages), questions=len(rows), text=text)
            index = len(pages) + 1
            known = _known_pages(status, firsts)
            for number in range(index + len(coming), min(index + AHEAD, known + 1)):
                still = partial(_neither, ended, over)
                look = partial(self._page, number, size, status, still=still, evenly=known > AHEAD)
                coming[number] = self._transport.aside(look)
            found = coming.pop(index).result() if index in coming else self._page(index, size, status)
            if isinstance(found, RequestRefused):
                sweep = replace(sweep, refusal=found)
                break
            page = found
            before = len(rows)
            rows |= {row.id: row for row in page.rows if row.id not in rows}
            pages.append(page)
            text += page.text
            if len(rows) == before or (len(page.rows) < size and sweep.is_known_to_end):
                break
        ended.set()
        if sweep.is_known_to_end:
            return sweep
        if sweep.refusal is not None and sweep.refusal.code not in WRONG_PAGE:
            raise sweep.refusal
        # The question after those that were listed is asked for alone, and not by the page that held none.
        found = self._page(len(sweep.rows) + 1, 1, status)
        if isinstance(found, ListedPage):
            return replace(sweep, goes_on=any(row.id not in sweep.rows for row in found.rows))
        if found.code not in WRONG_PAGE:
            raise found
        return sweep

    def _first(self, status: Status) -> ListedPage:
        """The first page, of the largest size that the service accepts and, if it is above the usual, gives in time."""
        refusals: list[RequestRefused] = []
        most = self._transport.heard.size or self._size
        for size in (most, *(smaller for smaller in SIZES if smaller < most)):
            try:
                page = self._page(1, size, status)
            except (OutcomeUnknown, Unreachable):
                if size <= USUAL:
                    raise
                continue
            if isinstance(page, ListedPage):
                self._transport.heard.size = size
                return page
            refusals.append(page)
        raise refusals[0]

    def _page(
        self,
        index: int,
        size: int,
        status: Status,
        *,
        still: Callable[[], bool] | None = None,
        evenly: bool = False,
        keyword: str | None = None,
    ) -> ListedPage | RequestRefused:
        """One page, or the service's own refusal of it; a refusal by something on the way there is raised."""
        body: dict[str, object] = {"PageIndex": index, "PageSize": size, "Status": int(status)}
        if keyword is not None:
            body["Question"] = keyword
        trial = index == 1 and size > USUAL
        try:
            answer = self._transport.call(
                Command.LIST, body, repeat=not trial, still=still, within=LATE if trial else math.inf, evenly=evenly
            )
        except RequestRefused as refusal:
            if refusal.code in HTTP_STATUSES:
                raise
            return refusal
        fields = Fields(Command.LIST, answer)
        total = fields.count("StandardQuestionCount")
        # A page with nothing on it may leave out its list. The first one does so beside a count only, which may be the library's.
        rows = fields.records("QuestionList", count=total if index == 1 and total is None else 0)
        if self._on_rows is not None:
            self._on_rows(len(rows))
        return ListedPage(tuple(question_row(row, status=status) for row in rows), total)


def _neither(one: threading.Event, other: threading.Event) -> bool:
    return not (one.is_set() or other.is_set())


def _known_pages(status: Status, firsts: Mapping[Status, ListedPage]) -> int:
    """The number of pages of a status, from the first pages.

    If both have one total, it may be that of the library: then the other status's first page is subtracted, and it
    proves nothing about a status whose first page is the shorter one.
    """
    first, total = firsts[status], firsts[status].total or 0
    others = [firsts[other] for other in Status if other is not status and other in firsts]
    for other in others:
        if other.total == total:
            total = total - len(other.rows) if len(first.rows) >= len(other.rows) else 0
    return min(math.ceil(total / len(first.rows)), MOST_PAGES)


def _endless(*, pages: int, questions: int, text: int) -> OutcomeUnknown:
    words = message(
        "The listing does not come to an end: {pages} pages of {command} brought {questions} questions "
        "and {text} characters, and there was more.",
        command=Command.LIST,
        pages=pages,
        questions=questions,
        text=text,
    )
    hint = message("Check the target's region or endpoint; if the library really is so large, report it as an issue of kbsync.")
    return OutcomeUnknown(words, command=Command.LIST, hint=hint)


def _all_there(sweeps: Sequence[_Sweep], listed: int) -> bool:
    """Whether the counts are met, be they of each status or, if all are the same, of the whole library."""
    told = set[int]().union(*(sweep.told for sweep in sweeps))
    return all(sweep.reached for sweep in sweeps) or (len(told) == 1 and listed == max(told))


def _exactly(sweeps: Sequence[_Sweep], listed: int) -> bool:
    """Whether the questions seen are as many as the counts of both statuses: then a changed order is no reason for doubt."""
    if any(len(sweep.told) > 1 or (sweep.rows and not sweep.totals) for sweep in sweeps):
        return False
    return listed == sum(max(sweep.told, default=0) for sweep in sweeps)
