"""The use cases on files alone: ``validate``, ``fmt``, ``explain`` and the editing commands ``rename``, ``remove``, ``move``."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from kbsync.diagnostics import Diagnostic, Location, Rule, Severity, has_errors
from kbsync.display import shorten, visible
from kbsync.errors import InvalidInput, Misuse, SafetyRefusal, UnusableFile
from kbsync.files import DiskFiles, Loaded, load_files
from kbsync.files.directory import store
from kbsync.files.emit import can_be_written
from kbsync.files.kinds import closest
from kbsync.files.layout import format_files
from kbsync.files.merging import merge_files
from kbsync.files.schema import LEVELS, SLASH
from kbsync.messages import Message, message
from kbsync.model import Knowledge, Question, bare, show_path
from kbsync.plan import Edit, Field, Merge
from kbsync.render.prose import unified
from kbsync.saving import save
from kbsync.usecases.context import Call, Exit
from kbsync.usecases.workspace import examine_workspace

__all__ = [
    "edit_directory",
    "format_directory",
    "moved",
    "removed",
    "renamed",
    "rules_called",
    "validate_directory",
]

Act = Callable[[Knowledge], tuple[Merge, Message | None]]
"""An edit: from the declared knowledge, the changes of the files and a note for their author."""


def validate_directory(call: Call, *, baseline: Path | None = None, write: Path | None = None) -> tuple[Loaded, Exit]:
    """Read a knowledge directory and run the content checks; whatever is wrong is in ``diagnostics``, sorted.

    Warnings and notes listed in a ``baseline`` are left out and counted; ``write`` is a file to write the present ones to as a
    new baseline. Errors always count. Raises UnusableFile.
    """
    with call.waiting(message("reading the files")):
        loaded = examine_workspace(call.directory, target=call.target, environ=call.context.environ)
    if write is not None:
        lines = sorted(_kept(each) for each in loaded.diagnostics if each.severity is not Severity.ERROR)
        save(write, "".join(f"{line}\n" for line in lines).encode())
        call.screen.note(message("Findings kept in {path}: {count}.", path=write, count=len(lines)))
    if baseline is not None:
        known = Counter(filter(None, _lines(baseline)))
        fresh, left = _unknown((each for each in loaded.diagnostics if each.severity is not Severity.ERROR), known)
        shown = tuple(each for each in loaded.diagnostics if each.severity is Severity.ERROR or each in fresh)
        call.screen.note(message("Findings that the baseline has: {count}.", count=len(loaded.diagnostics) - len(shown)))
        if left:
            words = message("Lines of the baseline without a finding: {count}; --write-baseline {path} makes it anew.")
            call.screen.note(words.fill(count=left, path=baseline))
        loaded = replace(loaded, diagnostics=shown)
    return loaded, Exit.INVALID if has_errors(loaded.diagnostics) else Exit.DONE


def rules_called(text: str) -> tuple[Rule, ...]:
    """The rules that a text names by code, number or name, as a pasted finding does; all of them without one. Raises Misuse."""
    words = re.findall(r"[\w-]+", text.casefold())
    rules = tuple(rule for rule in Rule if {rule.name.casefold(), rule.name[2:], rule.value}.intersection(words))
    if words and not rules:
        hint = closest(text, [rule.value for rule in Rule]) or message("kbsync explain lists them all")
        raise Misuse(message("no finding is called {name}", name=shorten(text)), hint=hint)
    return rules or tuple(Rule)


def _kept(found: Diagnostic) -> str:
    """A finding as a line of a baseline: without its line number, which changes."""
    path = visible(found.location.path).replace(" ", "⍽")
    return f"{found.rule.name} {path} {visible(str(found.message), newlines=False)}"


def _unknown(found: Iterable[Diagnostic], known: Counter[str]) -> tuple[list[Diagnostic], int]:
    """The findings that are not in a baseline, and the number of its lines without a finding.

    A line matches one finding: in its file, or in another one to which the entry was moved.
    """
    fresh = [each for each in found if not _takes(known, _kept(each))]
    elsewhere = Counter(map(_placeless, known.elements()))
    fresh = [each for each in fresh if not _takes(elsewhere, _placeless(_kept(each)))]
    return fresh, elsewhere.total()


def _takes(known: Counter[str], line: str) -> bool:
    """Remove one occurrence of a line; returns whether there was one."""
    is_there = known[line] > 0
    known[line] -= is_there
    return is_there


def _placeless(line: str) -> str:
    """A line of a baseline without its file."""
    rule, _, rest = line.partition(" ")
    return f"{rule} {rest.partition(' ')[2]}"


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        hint = message("make it with: kbsync validate --write-baseline {path}", path=path)
        raise UnusableFile(message("{path} cannot be read: {reason}", path=path, reason=reason), hint=hint) from None


@dataclass(frozen=True, slots=True)
class Formatted:
    """The files that are not in the canonical layout, as people see their paths, with the difference."""

    paths: tuple[str, ...]
    diff: str


def format_directory(call: Call, *, check: bool = False, diff: bool = False) -> tuple[Formatted, Exit]:
    """Bring a knowledge directory into the canonical layout; with ``check`` or ``diff`` nothing is written.

    Raises InvalidInput for files with faults.
    """
    shown_as = call.directory.as_posix()
    files = DiskFiles(call.directory, shown_as=shown_as)
    found = load_files(files).diagnostics
    if has_errors(found):
        raise InvalidInput(message("files with errors cannot be laid out; nothing was written"), found)
    call.screen.warn([each for each in found if each.rule is Rule.KB120])
    changed = format_files(files, shown_as=shown_as)
    difference = unified(files, changed, shown_as=shown_as)
    if not (check or diff):
        call.refuse_link()
        store(files, changed)
    formatted = Formatted(tuple(f"{shown_as}/{name}" for name in sorted(changed)), difference)
    return formatted, Exit.PENDING if check and changed else Exit.DONE


def edit_directory(call: Call, act: Act, *, dry_run: bool) -> Formatted:
    """Carry out an edit of the files; with ``dry_run`` nothing is written. Raises InvalidInput, Misuse and SafetyRefusal."""
    workspace = call.open_workspace()
    files, shown_as = workspace.files, workspace.shown_as
    merge, note = act(workspace.knowledge)
    merged = merge_files(files, merge, shown_as=shown_as, target=None)
    if not dry_run:
        call.refuse_link()
        store(files, merged.changes)
    call.screen.notes([*([] if note is None else [note]), *merged.leaving(shown_as)])
    return Formatted(
        tuple(f"{shown_as}/{name}" for name in sorted(merged.changes)), unified(files, merged.changes, shown_as=shown_as)
    )


def renamed(knowledge: Knowledge, *, old: str, new: str) -> tuple[Merge, None]:
    """Give a question another text, and keep the old one under ``previously``, so that it stays the same question."""
    found = _find(knowledge, old)
    text = found.content.question
    if not can_be_written(new) or new == text:
        raise Misuse(message("{text} is no new text for this question", text=shorten(new)))
    similar = tuple(wording for wording in found.content.similar if wording != new)
    fields = (Field.QUESTION,) if similar == found.content.similar else (Field.QUESTION, Field.SIMILAR)
    return Merge((Edit(_place(found), replace(found.content, question=new, similar=similar), fields, (text,)),)), None


def removed(knowledge: Knowledge, *, text: str) -> tuple[Merge, None]:
    """Take a question out, and write the line that removes it from the live library, under all its names."""
    found = _find(knowledge, text)
    if found.protected:
        said = message("{text} is protected", text=shorten(found.content.question))
        raise SafetyRefusal(said, [message("take protected out, apply that, then remove the question")])
    return Merge(removed=(_place(found),), lines={_place(found): (found.content.question, *found.previously)}), None


def moved(knowledge: Knowledge, *, text: str, category: str) -> tuple[Merge, Message | None]:
    """Put a question into another category."""
    found = _find(knowledge, text)
    path = tuple(SLASH.split(category))
    if len(path) > LEVELS or not all(map(can_be_written, path)):
        raise Misuse(message("a category is written as Parent / Child: {text}", text=shorten(category)))
    if path == found.content.category:
        raise Misuse(message("{text} is in that category already", text=shorten(found.content.question)))
    known = {one.path for one in knowledge.categories} | {one.content.category for one in knowledge.questions}
    note = message("No file names the category {category}: kbsync plan tells whether the service has it.", category=category)
    merge = Merge((Edit(_place(found), replace(found.content, category=path), (Field.CATEGORY,)),))
    return merge, None if path in known else closest(category, map(show_path, known)) or note


def _find(knowledge: Knowledge, text: str) -> Question:
    """The question with this text, exactly, else regardless of case, width and blanks. Raises Misuse."""
    exact = [one for one in knowledge.questions if one.content.question == text]
    found = exact or [one for one in knowledge.questions if bare(one.content.question) == bare(text)]
    if len(found) == 1:
        return found[0]
    raise Misuse(message("no question is called {text}", text=shorten(text)), hint=_meant(knowledge.questions, text))


def _meant(questions: Iterable[Question], text: str) -> Message | None:
    for one in questions:
        if text in one.content.similar:
            return message("it is a similar question of {text}", text=one.content.question)
    return closest(text, [one.content.question for one in questions])


def _place(question: Question) -> Location:
    assert question.location is not None  # noqa: S101  (whatever a file declares has a place)
    return question.location
