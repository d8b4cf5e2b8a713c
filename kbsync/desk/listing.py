"""Every question of the library, page by page, and whether that is shown to be all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from kbsync.commands import Command
from kbsync.desk.client import Transport
from kbsync.desk.wire import Fields, QuestionRow, question_row
from kbsync.errors import RequestRefused
from kbsync.model import Status

__all__ = ["QuestionLister"]

SMALLER = (50, 20, 10, 3, 1)
"""Page sizes to fall back on: the vendor documents no upper limit, and its example asks for 3."""

HTTP_STATUSES = range(100, 600)
"""A refusal with such a code came from something on the way and not from the service: it says nothing about pages."""

WRONG_PAGE = frozenset({-7, 60003, 70402})
"""The codes of parameters that the service does not take, such as the number of a page that does not exist."""

ROUNDS = 3
"""A library that moves while it is read is read this often."""


@dataclass(frozen=True, slots=True)
class QuestionListing:
    """The questions, each id once; ``complete`` is False when they could not be shown to be all of them."""

    rows: tuple[QuestionRow, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class ListedPage:
    rows: tuple[QuestionRow, ...]
    total: int | None


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
        """The counts that came with the pages. The 0 of an empty page says nothing about the others."""
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
        """Whether counts say that the walk reached the end, so that no second look is needed."""
        return (bool(self.totals) and self.reached) or (not self.rows and self.pages[0].total == 0)


class QuestionLister:
    """Lists questions, ``page_size`` at a time or as many as the service allows; what it allows is remembered."""

    def __init__(self, transport: Transport, *, page_size: int, on_rows: Callable[[int], object] | None = None) -> None:
        self._transport = transport
        self._on_rows = on_rows
        self._size = page_size

    def read(self) -> QuestionListing:
        """All questions. Reads again when pages and counts do not fit together.

        Enabled and disabled ones are asked for one after the other, because it is not documented whether leaving the status
        out gives both; where the service ignores the filter, the ids tell that the same ones came twice.
        """
        merged: dict[str, QuestionRow] = {}
        for attempt in range(1, ROUNDS + 1):
            sweeps = list(map(self._sweep, Status))
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

    def _sweep(self, status: Status) -> _Sweep:
        """Every page of one status. Where no count says that this is all, the end is looked at once more."""
        page = self._first(status)
        # A short first page is either all there is, or all that the service gives at once. Going on from the second page
        # with the first one's length is right in both cases.
        size = len(page.rows)
        sweep = _Sweep({row.id: row for row in page.rows}, [page])
        while page.rows:
            found = self._page(len(sweep.pages) + 1, size, status)
            if isinstance(found, RequestRefused):
                sweep = replace(sweep, refusal=found)
                break
            page = found
            fresh = {row.id: row for row in page.rows if row.id not in sweep.rows}
            sweep = _Sweep({**sweep.rows, **fresh}, [*sweep.pages, page])
            if not fresh or (len(page.rows) < size and sweep.is_known_to_end):
                break
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
        """The first page, of the largest size that the service accepts."""
        refusals: list[RequestRefused] = []
        for size in (self._size, *(smaller for smaller in SMALLER if smaller < self._size)):
            page = self._page(1, size, status)
            if isinstance(page, ListedPage):
                self._size = size
                return page
            refusals.append(page)
        raise refusals[0]

    def _page(self, index: int, size: int, status: Status) -> ListedPage | RequestRefused:
        """One page, or the service's own refusal of it; a refusal by something on the way there is raised."""
        body = {"PageIndex": index, "PageSize": size, "Status": int(status)}
        try:
            fields = Fields(Command.LIST, self._transport.call(Command.LIST, body, repeat=True))
        except RequestRefused as refusal:
            if refusal.code in HTTP_STATUSES:
                raise
            return refusal
        total = fields.count("StandardQuestionCount")
        rows = fields.records("QuestionList", count=total)
        if self._on_rows is not None:
            self._on_rows(len(rows))
        return ListedPage(tuple(question_row(row, status=status) for row in rows), total)


def _all_there(sweeps: Sequence[_Sweep], listed: int) -> bool:
    """Whether the counts are met, be they of each status or, if all are the same, of the whole library."""
    told = set[int]().union(*(sweep.told for sweep in sweeps))
    return all(sweep.reached for sweep in sweeps) or (len(told) == 1 and listed == max(told))


def _exactly(sweeps: Sequence[_Sweep], listed: int) -> bool:
    """Whether as many were seen in all as the counts of both statuses say: then changing places is no reason for doubt."""
    if any(len(sweep.told) > 1 or (sweep.rows and not sweep.totals) for sweep in sweeps):
        return False
    return listed == sum(max(sweep.told, default=0) for sweep in sweeps)
