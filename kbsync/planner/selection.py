"""The meaning of ``--only``: what a pattern picks of libraries and plans, and the part of a plan that it leaves."""

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from kbsync.diagnostics import Location
from kbsync.messages import message
from kbsync.model import Category, Knowledge, Question, show_path
from kbsync.plan import Action, CategoryChange, Change, Problem, ProblemKind, QuestionChange

__all__ = ["is_known", "is_picked", "meant", "picks"]


class Exactly(str):
    """A pattern that is one name, to the letter."""

    __slots__ = ()


def meant(pattern: str, *libraries: Knowledge | None) -> str:
    """What a pattern means where these libraries are: the name that is just so, before any wildcard is one.

    Brackets are letters where a name has them.
    """
    objects = [each for library in libraries if library is not None for each in _objects(library)]
    known = {name for each in objects for name in (*_titles(each), *_files(each.location))}
    if pattern in known:
        return Exactly(pattern)
    plain = {name.casefold() for name in known}
    readings = (re.sub(r"([\[*?])", r"[\1]", pattern), pattern.replace("[", "[[]"))
    return next((reading for reading in readings if any(fnmatchcase(name, reading.casefold()) for name in plain)), pattern)


def picks(pattern: str, names: Iterable[str], location: Location | None = None) -> bool:
    """Whether a shell pattern matches a name (a question's text, a category's path) or the file of a place.

    Capitals do not matter; a file matches by its path and by its name alone.
    """
    everything = (*names, *_files(location))
    if isinstance(pattern, Exactly):
        return pattern in everything
    return any(fnmatchcase(name.casefold(), pattern.casefold()) for name in everything)


def is_picked(change: Change, pattern: str) -> bool:
    """Whether a pattern picks what a change is about, under its name before or after."""
    return picks(pattern, _names(change), change.location)


def is_known(pattern: str, *libraries: Knowledge | None) -> bool:
    """Whether a pattern picks anything at all in these libraries, changed or not."""
    wanted = meant(pattern, *libraries)
    known = (library for library in libraries if library is not None)
    return any(picks(wanted, _titles(each), each.location) for library in known for each in _objects(library))


def select(changes: Sequence[Change], pattern: str | None) -> list[Change]:
    """Keep what a pattern picks, and what those changes rest on; without a pattern everything."""
    if not pattern:
        return list(changes)
    chosen = [change for change in changes if is_picked(change, pattern)]
    needed = {change.after.category for change in chosen if isinstance(change, QuestionChange) and change.after}
    needed |= {change.after for change in chosen if isinstance(change, CategoryChange) and change.after}
    for change in changes:
        if isinstance(change, CategoryChange) and change not in chosen and change.action is not Action.DELETE:
            path = change.after or ()
            if any(other[: len(path)] == path for other in needed):
                chosen.append(change)
    return chosen


def left_out(pattern: str | None, chosen: Sequence[Change], *, of: Sequence[Change]) -> Iterator[Problem]:
    """Mark a plan that was narrowed by ``only``."""
    count = len(of) - len(chosen)
    if count:
        words = (
            message("only what matches {pattern} is planned; changes left out: {count}", count=count, pattern=pattern)
            if chosen
            else message(
                "nothing is to be done for what matches {pattern}; changes left out: {count}", count=count, pattern=pattern
            )
        )
        yield Problem(ProblemKind.WITHHELD, words, blocking=False)


def _names(change: Change) -> Iterator[str]:
    if isinstance(change, CategoryChange):
        yield from (show_path(path) for path in (change.before, change.after) if path)
        return
    for content in (change.before, change.after):
        if content is not None:
            yield from (content.question, show_path(content.category))


def _objects(library: Knowledge) -> tuple[Question | Category, ...]:
    return (*library.questions, *library.categories)


def _files(location: Location | None) -> tuple[str, ...]:
    return () if location is None else (location.path, location.path.rpartition("/")[2])


def _titles(each: Question | Category) -> tuple[str, ...]:
    if isinstance(each, Category):
        return (show_path(each.path),)
    return each.content.question, show_path(each.content.category)
