"""A whole knowledge directory: settings, knowledge and every fault, those between files included."""

import gc
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath

from kbsync.diagnostics import Diagnostic, Rule, sort_diagnostics
from kbsync.display import shorten, visible
from kbsync.files.configuration import read_settings, redacted
from kbsync.files.decode import AnswerFiles, CategoryDraft, DocumentReader, QuestionDraft
from kbsync.files.directory import SETTINGS_FILE, DiskFiles, FileRefused, FileTree, MemoryTree
from kbsync.files.kinds import TextAt
from kbsync.files.parse import Node, documents
from kbsync.files.schema import KEYS
from kbsync.files.source import SourceFile, decode
from kbsync.messages import message
from kbsync.model import Category, CategoryPath, Entry, Knowledge, RemovalLine, show_path
from kbsync.settings import Settings


@dataclass(frozen=True, slots=True)
class Loaded:
    """A knowledge directory as read. ``diagnostics`` are all faults, sorted; ``knowledge`` is what could be read nevertheless.

    ``settings`` is None where there are none, they were not asked for, or no default target follows from them.
    """

    settings: Settings | None
    knowledge: Knowledge
    diagnostics: tuple[Diagnostic, ...]


def load_files(files: DiskFiles, *, target: str | None = None, known: Collection[Entry] = ()) -> Loaded:
    """Read a directory on the disk. Whatever is in it, also if it cannot be read at all, is a diagnostic and not an exception.

    ``target`` (the default target of the settings, if None) picks the id where a question has one for each target.
    Of two entries that claim one thing, the fault is that of the one that is not ``known``.
    """
    return _load(files, files.shown_as, target, settings=True, known=known)


def load_tree(tree: Mapping[str, bytes], *, shown_as: str, target: str | None = None, settings: bool = True) -> Loaded:
    """The same from memory: the files by their POSIX paths relative to the directory, answer files too, without symbolic links.

    Without ``settings`` only the knowledge is read, as for an older commit.
    """
    return _load(MemoryTree(tree), shown_as, target, settings=settings)


def _load(tree: FileTree, shown_as: str, target: str | None, *, settings: bool, known: Collection[Entry] = ()) -> Loaded:
    with _without_collector():
        reader = _DirectoryReader(tree, shown_as, known)
        chosen = reader.settings() if settings else None
        targets = None if chosen is None else tuple(one.name for one in chosen.targets)
        picked = target if target is not None or chosen is None else chosen.default_target
        knowledge = reader.knowledge(picked, targets)
        told = (redacted(each) if each.name == SETTINGS_FILE else each.all_faults() for each in reader.sources)
        faults = [fault for found in told for fault in found]
    return Loaded(chosen, knowledge, sort_diagnostics(faults))


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep the cyclic collector out while hundreds of thousands of objects are made that all stay.

    Nodes hold no cycles; walking them again and again took three quarters of the time of a large directory.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _DirectoryReader:
    """Reads files in order; ``sources`` are all that were looked at, with their faults."""

    def __init__(self, tree: FileTree, shown_as: str, known: Collection[Entry] = ()) -> None:
        self._known = known
        self.sources: list[SourceFile] = []
        self._tree = tree
        self._shown_as = shown_as
        self._names, self._refused = tree.names()
        for name, refused in self._refused.items():
            refused.report(self._source(name, visible(str(PurePosixPath(shown_as, name)))))

    def settings(self) -> Settings | None:
        if {"", SETTINGS_FILE} & self._refused.keys():
            return None
        source, roots = self._open(SETTINGS_FILE) if SETTINGS_FILE in self._names else (self._source(SETTINGS_FILE), ())
        for further in roots[1:]:
            source.fault(Rule.KB112, message("the settings are one document"), further)
        if roots:
            return read_settings(roots[0], source)
        if not source.faults:
            hint = message("make them with: kbsync init; or name the knowledge directory with --dir")
            source.fault_at(Rule.KB201, message("the settings are missing"), hint=hint)
        return None

    def knowledge(self, target: str | None, targets: tuple[str, ...] | None, *, at_once: bool = True) -> Knowledge:
        answers = AnswerFiles(self._tree, self._shown_as)
        reader = DocumentReader(answers, target=target, targets=targets)
        others = len(self.sources)
        for name in self._names:
            if name != SETTINGS_FILE:
                source, text = self._decoded(name)
                if text is None or (at_once and reader.read_at_once(source, text)):
                    continue
                for root in documents(source, keys=KEYS):
                    reader.read(root, source)
        if not reader.is_distinct:
            # What is wrong is told of nodes.
            del self.sources[others:]
            return self.knowledge(target, targets, at_once=False)
        self.sources = [one for one in self.sources if one.name not in answers.names] + answers.sources
        check_questions(reader.questions, reader.removed, self._known)
        return Knowledge(
            agreed_categories(reader.categories, self._known),
            tuple(reader.found),
            removed=tuple([RemovalLine(line.text, line.location) for line in reader.removed]),
        )

    def _open(self, name: str) -> tuple[SourceFile, tuple[Node, ...]]:
        source, text = self._decoded(name)
        return source, () if text is None else documents(source, keys=KEYS)

    def _decoded(self, name: str) -> tuple[SourceFile, str | None]:
        source, data = self._source(name), self._tree.read(name)
        if isinstance(data, FileRefused):
            data.report(source)
            return source, None
        return source, decode(source, data)

    def _source(self, name: str, path: str | None = None) -> SourceFile:
        source = SourceFile(path or str(PurePosixPath(self._shown_as, name)), name)
        self.sources.append(source)
        return source


def check_questions(drafts: Iterable[QuestionDraft], removed: Iterable[TextAt], known: Collection[Entry] = ()) -> None:
    """Report questions that claim one text or one id; a second question with one text is not looked at further.

    ``removed`` are texts that no question may have, now or formerly. Of two claims, the one that is not ``known`` is the fault.
    """
    owners: dict[str, QuestionDraft] = {}
    for draft in sorted(drafts, key=lambda draft: _newness(draft, known)) if known else drafts:
        first = owners.setdefault(draft.text.text, draft)
        if first is not draft:
            said = message("the question is declared twice: {text}", text=shorten(draft.text.text))
            hint = message("keep one of them; other wordings belong under similar")
            draft.text.fault(Rule.KB301, said, hint=hint, other=first.text)
    _check_similar(owners, known)
    _check_former(
        (draft, former.text, former, owners[former.text].text if former.text in owners else None)
        for draft in owners.values()
        for former in draft.previously
    )
    _check_pins(owners.values())
    _check_removed(owners, removed)


def _newness(draft: QuestionDraft, known: Collection[Entry]) -> int:
    """0 for an entry that is as it was, 1 for one with another answer, 2 for a new one."""
    entry = (draft.text.source.path, draft.text.text)
    answer = draft.question.content.answer if draft.question else ""
    return ((*entry, draft.text.text) not in known) + ((*entry, answer) not in known)


def agreed_categories(drafts: Iterable[CategoryDraft], known: Collection[Entry] = ()) -> tuple[Category, ...]:
    """One category for each path. A parent may be repeated to hold children in another file; any other repetition is a fault."""
    by_path: dict[CategoryPath, list[CategoryDraft]] = {}
    for draft in drafts:
        by_path.setdefault(draft.path, []).append(draft)
    for same in by_path.values():
        _check_repeats(sorted(same, key=lambda one: (one.title.source.path, show_path(one.path), "") not in known))
    _check_former(
        (draft, path, former, by_path[path][0].title if path in by_path else None)
        for same in by_path.values()
        for draft in same
        for former in draft.previously
        for path in [(*draft.path[:-1], former.text)]
    )
    return tuple(_category(same) for same in by_path.values())


def _check_similar(owners: Mapping[str, QuestionDraft], known: Collection[Entry]) -> None:
    claimed: dict[str, tuple[QuestionDraft, TextAt]] = {}

    def is_new(draft: QuestionDraft, wording: TextAt) -> bool:
        return (draft.text.source.path, draft.text.text, wording.text) not in known

    wordings = ((draft, wording) for draft in owners.values() for wording in draft.similar)
    for draft, wording in sorted(wordings, key=lambda pair: is_new(*pair)) if known else wordings:
        owner = owners.get(wording.text)
        if owner is draft:
            wording.fault(Rule.KB303, message("the wording repeats its own question"), other=draft.text)
        elif owner is not None and known and is_new(owner, owner.text) and not is_new(draft, wording):
            said = message("the question is a wording of another one: {text}", text=shorten(draft.text.text))
            owner.text.fault(Rule.KB302, said, other=wording)
        elif owner is not None:
            said = message("the wording is a question of its own: {text}", text=shorten(wording.text))
            wording.fault(Rule.KB302, said, other=owner.text)
        elif wording.text not in claimed:
            claimed[wording.text] = draft, wording
        elif claimed[wording.text][0] is draft:
            wording.fault(Rule.KB303, message("the wording stands here twice"), other=claimed[wording.text][1])
        else:
            earlier, first = claimed[wording.text]
            said = message("the wording belongs to another question: {text}", text=shorten(earlier.text.text))
            wording.fault(Rule.KB302, said, other=first)


def _check_former(claims: Iterable[tuple[object, object, TextAt, TextAt | None]]) -> None:
    """Report former texts that are still declared, or that two entries claim. A claim: claimer, text, place, present owner."""
    seen: dict[object, tuple[object, TextAt]] = {}
    for claimer, key, former, owner in claims:
        text = shorten(former.text)
        if owner is not None:
            said = message("{text} is still declared, so nothing was renamed from it", text=text)
            former.fault(Rule.KB305, said, hint=message("remove it here, or remove what still has it"), other=owner)
        elif key not in seen:
            seen[key] = claimer, former
        elif seen[key][0] is claimer:
            former.fault(Rule.KB303, message("the former text stands here twice"), other=seen[key][1])
        else:
            former.fault(Rule.KB306, message("two say that they were called {text}", text=text), other=seen[key][1])


def _check_removed(owners: Mapping[str, QuestionDraft], removed: Iterable[TextAt]) -> None:
    former = {one.text: one for draft in owners.values() for one in draft.previously}
    seen: dict[str, TextAt] = {}
    for line in removed:
        text = shorten(line.text)
        first = seen.setdefault(line.text, line)
        if first is not line:
            line.fault(Rule.KB303, message("the removed text stands here twice"), other=first)
        elif line.text in owners:
            said = message("{text} is to be removed and is declared", text=text)
            line.fault(Rule.KB312, said, hint=message("keep one of the two"), other=owners[line.text].text)
        elif line.text in former:
            said = message("{text} is to be removed and was renamed", text=text)
            hint = message("a renamed question has no line here; a removed one is no earlier text of another")
            line.fault(Rule.KB312, said, hint=hint, other=former[line.text])


def _check_pins(drafts: Iterable[QuestionDraft]) -> None:
    seen: dict[str, list[tuple[str | None, TextAt]]] = {}
    for draft in drafts:
        for pin in draft.pins:
            target = pin.target.text if pin.target else None
            others = seen.setdefault(pin.id.text, [])
            clash = next((id_ for other, id_ in others if target is None or other in (None, target)), None)
            if clash:
                pin.id.fault(Rule.KB304, message("two questions have the id {id}", id=shorten(pin.id.text)), other=clash)
            others.append((target, pin.id))


def _check_repeats(same: list[CategoryDraft]) -> None:
    for number, later in enumerate(same):
        clash = next((one for one in same[:number] if _clashes(one, later)), None)
        if clash:
            said = message("the category {path} is declared twice", path=shorten(show_path(later.path)))
            hint = message("declare it once; in another file it may be repeated with title and children alone")
            later.title.fault(Rule.KB307, said, hint=hint, other=clash.title)


def _clashes(one: CategoryDraft, other: CategoryDraft) -> bool:
    return one.title.source is other.title.source or not (one.holder or other.holder)


def _category(same: list[CategoryDraft]) -> Category:
    one = next((one for one in same if not one.holder), same[0])
    previously = tuple([former.text for former in one.previously])
    return Category(one.path, authoritative=one.authoritative, previously=previously, location=one.title.location)
