"""The course of ``kbsync pull``: files, base and live library to a decision, that to new files, and what is said of them."""

from dataclasses import dataclass

from kbsync.cli.differences import unified
from kbsync.cli.flow import prepared, reading
from kbsync.cli.options import Invocation
from kbsync.display import shorten
from kbsync.errors import SafetyRefusal
from kbsync.files.directory import store
from kbsync.files.merging import Merged, merge_files
from kbsync.messages import Message, message
from kbsync.model import Content
from kbsync.plan import FIELD_NAMES, Field, value_of
from kbsync.puller import Clash, Decision, Scope
from kbsync.render.json_documents import pulled_json
from kbsync.usecases.pulling import decide_against

__all__ = ["Pulled", "draw_pulled", "pull_changes", "refusal"]


@dataclass(frozen=True, slots=True)
class Pulled:
    """What the console's changes do to the files, with the difference."""

    merged: Merged
    clashes: tuple[Clash, ...]
    diff: str


def pull_changes(call: Invocation, *, base: str | None, scope: Scope, write: bool) -> Pulled:
    """Bring the console's changes into the files, on the disk if ``write``, and tell what was not taken."""
    ready = prepared(call, base=base)
    with reading(call, ready) as reader:
        decision = decide_against(reader, ready.workspace, ready.target, history=ready.history, scope=scope)
    shown_as = ready.workspace.shown_as
    files = ready.workspace.files
    merged = merge_files(files, decision.merge, shown_as=shown_as, target=ready.target.name)
    diff = unified(files, merged.files, shown_as=shown_as)
    if write:
        store(files, merged.files)
    _tell(call, decision, merged)
    return Pulled(merged, decision.clashes, diff)


def refusal(clashes: tuple[Clash, ...]) -> SafetyRefusal | None:
    """Why a pull is not complete: what both sides changed, each with its place."""
    if not clashes:
        return None
    said = message(
        "Changed in git and in the console: {count}; the files keep git's side: settle that by hand, or take the "
        "console's side with --theirs",
        count=len(clashes),
    )
    return SafetyRefusal(said, [_words(clash) for clash in clashes])


def draw_pulled(pulled: Pulled, call: Invocation, *, diff: bool) -> str:
    """Each file with what happened in it, or the difference; as JSON both, with the clashes."""
    shown_as = call.directory.as_posix()
    if call.format == "json":
        return pulled_json(pulled.merged, pulled.clashes, shown_as=shown_as, diff=pulled.diff)
    if diff:
        return pulled.diff
    return "\n".join(
        f"{shown_as}/{name}: {call.screen.say(_counts(pulled.merged, name))}" for name in sorted(pulled.merged.files)
    )


def _tell(call: Invocation, decision: Decision, merged: Merged) -> None:
    call.screen.notes(decision.notes)
    call.screen.notes(merged.notes)
    if decision.undeclared:
        call.screen.note(
            message(
                "Live questions that git does not declare: {count}; they stay so, and --all takes them in.",
                count=decision.undeclared,
            )
        )
    if not merged.files:
        call.screen.note(message("The files already say what the console holds."))


def _counts(merged: Merged, name: str) -> Message:
    touched = merged.touched.get(name)
    if touched is None:
        return message("rewritten")
    return message(
        "{updated} changed, {added} new, {removed} removed",
        updated=touched.updated,
        added=touched.added,
        removed=touched.removed,
    )


def _words(clash: Clash) -> Message:
    values = {
        "question": shorten(clash.question),
        "git": _said(clash.git, clash.field, message("declared")),
        "console": _said(clash.console, clash.field, message("changed")),
    }
    if clash.field is None:
        return message("{place}: {question}: git says {git}, the console {console}", place=clash.location, **values)
    return message(
        "{place}: {field} of {question}: git says {git}, the console {console}",
        place=clash.location,
        field=FIELD_NAMES[clash.field],
        **values,
    )


def _said(content: Content | None, field: Field | None, kept: Message) -> Message | str:
    """What one side says in a clash."""
    if content is None or field is None:
        return message("removed") if content is None else kept
    value = value_of(content, field)
    return shorten(value) if isinstance(value, str) else value
