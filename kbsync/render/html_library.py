"""The whole library as one HTML file: a tree of categories, a search, and each question as customers meet it."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from kbsync.diagnostics import Diagnostic, Location
from kbsync.display import short_commit
from kbsync.messages import Message, message, plural
from kbsync.model import AnswerType, CategoryPath, Content, Knowledge, Question, Status
from kbsync.render.findings import SEVERITIES
from kbsync.render.html import around, page_from
from kbsync.render.html_rich import rich
from kbsync.render.page import Named
from kbsync.render.words import RenderOptions, Words

__all__ = ["LibraryPage", "library_html"]


@dataclass(frozen=True, slots=True)
class LibraryPage:
    """The content of the page. ``findings`` are those of the files, ``notices`` are shown above all.

    ``editor`` is the address of a page that edits a file, up to the file's path; empty where none is known. ``live`` are the
    live questions that the files do not have, each with its state; None if the library was not read.
    """

    target: str
    knowledge: Knowledge
    findings: Sequence[Diagnostic] = ()
    commit: str | None = None
    editor: str = ""
    live: Sequence[tuple[Content, Message]] | None = None
    notices: Sequence[Message] = ()


@dataclass(frozen=True, slots=True)
class _ShownFinding:
    severity: str
    named: str
    told: str


@dataclass(frozen=True, slots=True)
class _LibraryEntry:
    """One conversation. ``rich`` is the answer as harmless HTML; ``off``: it is disabled; ``live``: git does not declare it."""

    question: str
    answer: str
    rich: str
    similar: tuple[str, ...]
    off: str = ""
    live: str = ""
    where: str = ""
    link: str = ""
    findings: tuple[_ShownFinding, ...] = ()

    @property
    def states(self) -> tuple[str, ...]:
        """What it can be looked for by, besides its words."""
        has = {"findings": self.findings, "disabled": self.off, "live": self.live}
        return tuple(name for name, value in has.items() if value)


@dataclass(slots=True)
class _CategoryNode:
    """A category of the tree with what is in it."""

    id: str
    title: str
    entries: list[_LibraryEntry] = field(default_factory=list)
    children: "dict[str, _CategoryNode]" = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.entries) + sum(child.count for child in self.children.values())


def library_html(page: LibraryPage, options: RenderOptions = RenderOptions()) -> str:
    """The page: every question, nothing cut. Without scripts everything is shown; the script only adds the search."""
    words = Words(options.language)
    entries, rest = _entries(page, words)
    tree = _tree((category.path for category in page.knowledge.categories), entries)
    counts = Counter(state for _, entry in entries for state in entry.states)
    names = {"findings": words("With findings"), "disabled": words("Disabled"), "live": words("Live, not in git")}
    return page_from(
        "library.html.jinja",
        words,
        own=("report.css", "library.css", "library.js"),
        title=around(message("Questions and answers: {target}"), words),
        target=page.target,
        headline=words.headline((tuple(_headline(counts, len(entries))),)),
        notices=(*((words.say(each), "") for each in page.notices), *((f"{each.named} {each.told}", at) for each, at in rest)),
        states=tuple((state, name, counts[state]) for state, name in names.items() if counts[state]),
        categories=tuple(tree.values()),
        total=len(entries),
        record=tuple(_record(page, words)),
    )


def _headline(counts: Mapping[str, int], total: int) -> Iterator[Message]:
    yield plural("{count} question", "{count} questions", count=total)
    if counts["disabled"]:
        yield message("{count} disabled", count=counts["disabled"])
    if counts["live"]:
        yield message("{count} live and not in git", count=counts["live"])
    if counts["findings"]:
        yield message("{count} with findings", count=counts["findings"])


def _record(page: LibraryPage, words: Words) -> Iterator[Named]:
    yield words("Knowledge at"), short_commit(page.commit) if page.commit else words("uncommitted changes")
    live = words("not looked at") if page.live is None else words("what the files do not have is shown")
    yield words("Live library"), live


def _entries(
    page: LibraryPage, words: Words
) -> tuple[list[tuple[CategoryPath, _LibraryEntry]], tuple[tuple[_ShownFinding, str], ...]]:
    """The questions with their categories, and the findings that belong to none of them."""
    found, rest = _owned(page.knowledge.questions, page.findings)

    def of_file(question: Question) -> _LibraryEntry:
        location = question.location
        return _entry(
            question.content,
            words,
            where=location.short if location else "",
            link=f"{page.editor}{quote(location.path, errors='replace')}#L{location.line}" if location and page.editor else "",
            findings=tuple(_finding(each, words) for each in found.get(location, ())),
        )

    files = [(question.content.category, of_file(question)) for question in page.knowledge.questions]
    live = [(content.category, _entry(content, words, live=words.say(how))) for content, how in page.live or ()]
    return files + live, tuple((_finding(each, words), each.location.short) for each in rest)


def _entry(
    content: Content, words: Words, *, live: str = "", where: str = "", link: str = "", findings: tuple[_ShownFinding, ...] = ()
) -> _LibraryEntry:
    is_rich = content.answer_type is AnswerType.RICH
    off = content.status is Status.DISABLED
    return _LibraryEntry(
        content.question,
        content.answer,
        rich(content.answer, image=words("image not loaded:")) if is_rich else "",
        content.similar,
        words("disabled: customers get no answer") if off else "",
        live,
        where,
        link,
        findings,
    )


def _finding(found: Diagnostic, words: Words) -> _ShownFinding:
    return _ShownFinding(
        found.severity.value, f"{words.say(SEVERITIES[found.severity])} {found.rule.name}", words.say(found.message)
    )


def _owned(
    questions: Iterable[Question], findings: Iterable[Diagnostic]
) -> tuple[dict[Location | None, list[Diagnostic]], list[Diagnostic]]:
    """The findings by the place of the question that they are about, which reaches up to the next one, and the others."""
    starts: dict[str, list[Location]] = {}
    heads: dict[Location, Location] = {}
    for question in questions:
        if question.location is not None:
            starts.setdefault(question.location.path, []).append(question.location)
            heads.setdefault(question.category_location or question.location, question.location)
    for places in starts.values():
        places.sort()
    found: dict[Location | None, list[Diagnostic]] = {}
    rest: list[Diagnostic] = []
    for each in findings:
        places = starts.get(each.location.path, [])
        before = bisect_right(places, each.location.line, key=lambda place: place.line)
        owner = heads.get(each.location) or (places[before - 1] if before else None)
        (found.setdefault(owner, []) if owner else rest).append(each)
    return found, rest


def _tree(declared: Iterable[CategoryPath], entries: Iterable[tuple[CategoryPath, _LibraryEntry]]) -> dict[str, _CategoryNode]:
    """The categories from the first level down, in the order of the files, with their questions."""
    tree: dict[str, _CategoryNode] = {}
    numbers = iter(range(1, 1_000_000))

    def branch(path: CategoryPath) -> _CategoryNode:
        siblings = branch(path[:-1]).children if len(path) > 1 else tree
        if path[-1] not in siblings:
            siblings[path[-1]] = _CategoryNode(f"c{next(numbers)}", path[-1])
        return siblings[path[-1]]

    for path in declared:
        branch(path)
    for path, entry in entries:
        branch(path).entries.append(entry)
    return tree
