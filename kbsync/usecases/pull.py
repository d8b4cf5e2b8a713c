"""The use case ``pull``: read the live library, decide, write the files."""

import shlex
from dataclasses import dataclass

from kbsync.display import shorten
from kbsync.errors import SafetyRefusal
from kbsync.files.directory import store
from kbsync.files.merging import Merged, merge_files
from kbsync.messages import Message, message
from kbsync.model import CategoryPath, Content, Knowledge, show_path
from kbsync.plan import FIELD_NAMES, Field, value_of
from kbsync.puller import Clash, Decision, Scope, decide
from kbsync.render.prose import unified
from kbsync.usecases.context import Call, Exit
from kbsync.usecases.plan import Prepared, check_pattern, plan_against, prepare, reader_of, settled_by

__all__ = ["pull_changes"]


@dataclass(frozen=True, slots=True)
class Pulled:
    """The result of a pull, with its diff.

    ``refused`` is why it is not complete: the changes made both in git and in the console, with their places, and wrong pins.
    """

    merged: Merged
    clashes: tuple[Clash, ...]
    diff: str
    refused: SafetyRefusal | None


def pull_changes(call: Call, scope: Scope, *, base: str | None = None, check: bool = False) -> tuple[Pulled, Exit]:
    """Write the console's changes into the files, with notes about those not taken; with ``check`` nothing is written."""
    # The base first, and nothing read ahead: a library older than its base would look like edits in the console, and be written.
    ready = prepare(call, base=base)
    with reader_of(call, ready.workspace) as reader:
        decision = _decide(reader.read(), ready, scope)
    workspace = ready.workspace
    merged = merge_files(workspace.files, decision.merge, shown_as=workspace.shown_as, target=ready.target.name)
    diff = unified(workspace.files, merged.changes, shown_as=workspace.shown_as)
    if not check:
        store(workspace.files, merged.changes)
    _tell(call, decision, merged)
    refused = _refusal(decision)
    if merged.files and not (check or refused):
        call.screen.note(_next(call, ready))
    pulled = Pulled(merged, decision.clashes, diff, refused)
    return pulled, Exit.PENDING if check and merged.files else Exit.DONE


def _decide(live: Knowledge, ready: Prepared, scope: Scope) -> Decision:
    ready = settled_by(live, ready)
    desired, base = ready.workspace.knowledge, ready.history.knowledge
    check_pattern(scope.only, desired, live, base)
    plan = plan_against(live, ready)
    memory = ready.history.memory
    return decide(desired, live, memory.left if memory else base, plan, scope=scope)


def _tell(call: Call, decision: Decision, merged: Merged) -> None:
    call.screen.notes(decision.notes)
    call.screen.notes(merged.notes)
    if decision.undeclared:
        call.screen.note(
            message(
                "Live questions that git does not declare: {count}; they stay so, and --all takes them in.",
                count=decision.undeclared,
            )
        )
    if not (merged.files or decision.clashes or decision.wrong_pins):
        call.screen.note(message("The files already say what the console holds."))


def _next(call: Call, ready: Prepared) -> Message:
    """The next command line for the user, ready to be typed."""
    directory = shlex.quote(call.directory.as_posix())
    commit = f"git add {directory} && git commit --message 'Take in what the console holds' && "
    committed = "" if ready.history.repository is None else commit
    return message("Next: look at the files, then {command}", command=f"{committed}kbsync plan{call.options}")


def _refusal(decision: Decision) -> SafetyRefusal | None:
    """Why a pull is not complete: what both sides changed, each with its place, and pins that name another question."""
    clashes, wrong = decision.clashes, decision.wrong_pins
    if not clashes:
        return SafetyRefusal(message("not everything was pulled: an id in the files is wrong"), wrong) if wrong else None
    said = message(
        "Changed in git and in the console: {count}; the files keep git's side: settle that by hand, or take the "
        "console's side with --theirs",
        count=len(clashes),
    )
    return SafetyRefusal(said, [*(_words(clash) for clash in clashes), *wrong])


def _words(clash: Clash) -> Message:
    values = {
        "question": f"“{shorten(clash.question)}”",
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


def _said(content: Content | CategoryPath | None, field: Field | None, kept: Message) -> Message | str:
    """One side of a clash in words."""
    if isinstance(content, tuple):
        return f"“{shorten(show_path(content))}”"
    if content is None or field is None:
        return message("removed") if content is None else kept
    value = value_of(content, field)
    return f"“{shorten(value)}”" if isinstance(value, str) else value
