"""Knowledge documents to drafts: questions and categories as they stand in one file.

Whether they agree with each other across files belongs to ``agreement``.
"""

from dataclasses import dataclass

from kbsync.diagnostics import Rule
from kbsync.files import tables
from kbsync.files.answers import Answers
from kbsync.files.endings import warn_of_endings
from kbsync.files.kinds import Spot, closest
from kbsync.files.nodes import Node
from kbsync.files.page import Page, shorten
from kbsync.files.records import Field, Record, read_record
from kbsync.files.shapes import FileName, Pinned
from kbsync.locations import Location
from kbsync.messages import message
from kbsync.model import AnswerType, CategoryPath, Content, Question, Status

__all__ = ["Declaration", "DocumentReader", "Draft"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A question as it stands; ``question`` is None where a fault keeps it from being one, its texts still count."""

    page: Page
    spot: Spot
    similar: tuple[Spot, ...]
    previously: tuple[Spot, ...]
    pins: tuple[Pinned, ...]
    question: Question | None


@dataclass(frozen=True, slots=True)
class Declaration:
    """A category as it stands. ``holder`` means that it is there for its children and says nothing of its own."""

    page: Page
    path: CategoryPath
    node: Node
    authoritative: bool
    previously: tuple[Spot, ...]
    holder: bool


@dataclass(frozen=True, slots=True)
class _Home:
    """The category of questions and where it is written; None where there is none, or none that can be read."""

    path: CategoryPath | None
    location: Location | None


class DocumentReader:
    """Collects drafts and declarations, in the order in which it is given documents.

    ``target`` picks the id where a question has one for each target; ``targets`` are the known ones, None if nobody knows.
    """

    def __init__(self, answers: Answers, *, target: str | None, targets: tuple[str, ...] | None) -> None:
        self.drafts: list[Draft] = []
        self.declarations: list[Declaration] = []
        self._answers = answers
        self._target = target
        self._targets = targets

    def read(self, root: Node, page: Page) -> None:
        """Read one document."""
        record = read_record(root, page, tables.DOCUMENT)
        if record is None:
            return
        for node in record.get(tables.DOCUMENT_CATEGORIES) or ():
            self._parent(node, page)
        category = self._home(record, tables.DOCUMENT_CATEGORY)
        for node in record.get(tables.DOCUMENT_QUESTIONS) or ():
            question = read_record(node, page, tables.QUESTION)
            if question is not None:
                self._question(question, category, orphan=not record.has(tables.DOCUMENT_CATEGORY))

    def _parent(self, node: Node, page: Page) -> None:
        record = read_record(node, page, tables.CATEGORY)
        if record is None:
            return
        title = self._category(record, (), has_children=record.has(tables.CATEGORY_CHILDREN))
        for child in record.get(tables.CATEGORY_CHILDREN) or ():
            below = read_record(child, page, tables.CHILD)
            if below is not None:
                below.get(tables.CHILD_CHILDREN)
                self._category(below, title, has_children=False)

    def _category(self, record: Record, above: CategoryPath | None, *, has_children: bool) -> CategoryPath | None:
        spot = record.get(tables.CATEGORY_TITLE)
        previously = record.get(tables.CATEGORY_PREVIOUSLY) or ()
        authoritative = record.get(tables.CATEGORY_AUTHORITATIVE) or False
        if spot is None or above is None:
            return None
        holder = has_children and not (record.has(tables.CATEGORY_PREVIOUSLY) or record.has(tables.CATEGORY_AUTHORITATIVE))
        path = (*above, spot[0])
        self.declarations.append(Declaration(record.page, path, spot[1], authoritative, previously, holder))
        return path

    def _home(self, record: Record, field: Field[CategoryPath]) -> _Home:
        path = record.get(field)
        return _Home(path, None if path is None else record.page.location(record.nodes[field.name]))

    def _question(self, record: Record, default: _Home, *, orphan: bool) -> None:
        page = record.page
        if page.commented:
            warn_of_endings(record)
        spot = record.get(tables.QUESTION_TEXT)
        answer = self._answer(record)
        similar = record.get(tables.QUESTION_SIMILAR) or ()
        earlier = record.get(tables.QUESTION_PREVIOUSLY)
        previously = earlier or ()
        pins = record.get(tables.QUESTION_ID) or ()
        answer_type = record.get(tables.QUESTION_ANSWER_TYPE) or AnswerType.TEXT
        status = record.get(tables.QUESTION_STATUS) or Status.ENABLED
        protected = record.get(tables.QUESTION_PROTECTED) or False
        home = self._home(record, tables.QUESTION_CATEGORY) if record.has(tables.QUESTION_CATEGORY) else default
        if orphan and not record.has(tables.QUESTION_CATEGORY):
            hint = message("give it the key category, or give one to the whole document")
            page.fault(Rule.KB309, message("the question has no category"), record.node, hint=hint)
        if spot is None:
            return
        question = None
        if answer is not None and home.path is not None:
            texts = tuple([text for text, _ in similar])
            content = Content(spot[0], answer, home.path, answer_type, texts, status)
            names = tuple([text for text, _ in previously])
            pin, place = self._pick(pins, page), page.location(spot[1])
            question = Question(content, pin, names, protected, place, home.location, fresh=earlier == ())
        self.drafts.append(Draft(page, spot, similar, previously, pins, question))

    def _answer(self, record: Record) -> str | None:
        answer = record.get(tables.QUESTION_ANSWER)
        if isinstance(answer, FileName):
            return self._answers.text(record.page, answer)
        return answer[0] if answer else None

    def _pick(self, pins: tuple[Pinned, ...], page: Page) -> str | None:
        picked = None
        for pin in pins:
            if pin.target is None or pin.target == self._target:
                picked = pin.id
            if pin.target is not None and pin.key is not None and self._targets is not None and pin.target not in self._targets:
                said = message("no target is called {name}", name=shorten(pin.target))
                known = message("known targets: {names}", names=", ".join(self._targets))
                page.fault(Rule.KB311, said, pin.key, hint=closest(pin.target, self._targets) or known)
        return picked
