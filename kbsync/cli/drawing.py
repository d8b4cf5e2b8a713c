"""Draws what the smaller commands found and did: as text for people, as JSON for other programs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from kbsync import __version__
from kbsync.cli.options import Invocation
from kbsync.display import moment, visible
from kbsync.messages import Message, message
from kbsync.render.json_documents import (
    checkup_json,
    formatted_json,
    keys_json,
    messages_json,
    pulled_json,
    session_json,
    streamed_json,
)

if TYPE_CHECKING:
    from kbsync.desk.doctor import Finding, Settled
    from kbsync.dialogue import ChatMessage, Session
    from kbsync.files.merging import Merged
    from kbsync.usecases.files import Formatted
    from kbsync.usecases.pull import Pulled
    from kbsync.usecases.session import Streamed


MARKS = {True: click.style("ok", fg="green"), False: click.style("no", fg="red", bold=True), None: click.style("? ", fg="yellow")}


def draw_pulled(pulled: "Pulled", call: Invocation, *, diff: bool) -> str:
    """Each file with what happened in it, or the difference; as JSON both, with the clashes."""
    shown_as = call.directory.as_posix()
    if call.format == "json":
        return pulled_json(pulled.merged, pulled.clashes, shown_as=shown_as, diff=pulled.diff)
    if diff:
        return pulled.diff
    return "\n".join(
        f"{shown_as}/{name}: {call.screen.say(counts(pulled.merged, name))}" for name in sorted(pulled.merged.changes)
    )


def counts(merged: "Merged", name: str) -> Message:
    """How many questions of a file were changed, or whether the file is new where no question was."""
    touched = merged.touched.get(name)
    if name in merged.gone:
        return message("removed, because no question uses it any more")
    if touched is None:
        return message("new") if name in merged.created else message("rewritten")
    return message(
        "{updated} changed, {added} new, {removed} removed",
        updated=touched.updated,
        added=touched.added,
        removed=touched.removed,
    )


def draw_formatted(found: "Formatted", call: Invocation, *, diff: bool) -> str:
    """The paths one a line, the difference, or both as JSON."""
    if call.format == "json":
        return formatted_json(found.paths, found.diff)
    return found.diff if diff else "\n".join(found.paths)


def draw_checkup(findings: Sequence["Finding"], settled: Sequence["Settled"], call: Invocation) -> str:
    """The findings as text, or as JSON for machines; after them what a probe settled."""
    if call.format == "json":
        return checkup_json(findings, settled)
    return "\n".join([*(line for item in findings for line in _finding_lines(item, call)), *_settled_lines(settled, call)])


def _settled_lines(settled: Sequence["Settled"], call: Invocation) -> list[str]:
    """What was settled, the command that plays it, and a block for an issue: in English, because that is read elsewhere."""
    if not settled:
        return []
    words = [word for one in settled for word in one.switches]
    shown = [f"{', '.join(one.switches) or '?':<34}  {call.screen.say(one.message)}" for one in settled]
    play = "kbsync sandbox serve" + "".join(f" --switch {word}" for word in words)
    told = [f"- {one.message} {' '.join(f'`{word}`' for word in one.switches)}".rstrip() for one in settled]
    return [
        "",
        *shown,
        "",
        call.screen.say(message("A sandbox that behaves so:")),
        f"  {play}",
        "",
        call.screen.say(message("For an issue of kbsync, to be pasted as it is:")),
        "",
        f"kbsync {__version__}, `doctor --probe`:",
        "",
        *told,
    ]


def _finding_lines(item: "Finding", call: Invocation) -> list[str]:
    lines = [f"{MARKS[item.ok]}  {item.name:<14} {call.screen.say(item.message)}"]
    if item.hint is not None:
        lines.append(f"{'':<19}{call.screen.say(item.hint)}")
    return lines


def draw_streamed(done: "Streamed", session: str, call: Invocation) -> str:
    """How far it came, in the format that was asked for."""
    if call.format == "json":
        return streamed_json(session, done.key, sent=done.sent, pieces=done.total, ended=done.ended, state=done.state)
    return call.screen.say(
        message("Pieces sent to {session}: {sent} of {total}.", sent=done.sent, total=done.total, session=session)
    )


def draw_state(found: "Session", call: Invocation) -> str:
    """A session's state in the format that was asked for."""
    if call.format == "json":
        return session_json(found)
    agent = f" ({visible(found.agent)})" if found.agent else ""
    return f"{found.state}{agent}"


def draw_messages(total: int, found: Sequence["ChatMessage"], call: Invocation) -> str:
    """A transcript in the format that was asked for; times are UTC."""
    if call.format == "json":
        return messages_json(total, found)
    times = ["?" if item.sent_at is None else moment(item.sent_at) for item in found]
    lines = [
        f"{at:<19}  {item.role.name.lower():<6}  {visible(item.account)}: {visible(item.text)}"
        for at, item in zip(times, found, strict=True)
    ]
    return "\n".join(lines)


def draw_keys(keys: Sequence[str], call: Invocation) -> str:
    """The keys of sent messages in the format that was asked for."""
    return keys_json(keys) if call.format == "json" else "\n".join(keys)
