"""What the smaller commands find and do: as text for people, and as JSON for other programs.

Fields of the JSON are added, never renamed, within one ``format_version``; its words are English, because programs compare them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kbsync import __version__
from kbsync.display import moment, visible
from kbsync.messages import Message, message
from kbsync.model import CategoryPath, Content, show_path
from kbsync.plan import Field, Plan, value_of
from kbsync.render.words import RenderOptions, Words
from kbsync.report import Receipt
from kbsync.settings import Target

if TYPE_CHECKING:
    from kbsync.desk.doctor import Finding, Settled
    from kbsync.dialogue import ChatMessage, Session
    from kbsync.files.merging import Merged
    from kbsync.puller import Clash
    from kbsync.render.status import PastApply, TargetStatus

__all__ = [
    "checkup_result",
    "formatted_result",
    "joined_json",
    "json_text",
    "keys_result",
    "matrix_json",
    "messages_result",
    "moment",
    "pulled_result",
    "session_result",
    "status_json",
    "streamed_result",
    "targets_json",
]

MARKS = {True: "\x1b[32mok\x1b[0m", False: "\x1b[31m\x1b[1mno\x1b[0m", None: "\x1b[33m? \x1b[0m"}
"""In order, not in order, and unknown: green, red and yellow where the screen has colours."""


def document(**fields: object) -> str:
    """A document of ours: its version, then its fields in the order in which they are named."""
    return json_text({"format_version": "1.0", **fields})


def json_text(found: object, *, indent: int | None = 2) -> str:
    """JSON that any UTF-8 file can hold: a lone surrogate, as in an odd file name, stays an escape."""
    text = json.dumps(found, ensure_ascii=False, indent=indent) + "\n"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def plan_json(plan: Plan, _options: RenderOptions = RenderOptions(), *, digest: str = "") -> str:  # noqa: ARG001
    """The plan file; it holds its digest."""
    from kbsync.planfile import encode_plan  # noqa: PLC0415  (loads msgspec)

    return encode_plan(plan).decode()


def receipt_json(receipt: Receipt, _options: RenderOptions = RenderOptions()) -> str:
    """The receipt file."""
    from kbsync.planfile import encode_receipt  # noqa: PLC0415  (loads msgspec)

    return encode_receipt(receipt).decode()


def targets_json(targets: Sequence[Target]) -> str:
    """The targets of the settings."""
    return document(targets=[_target(target) for target in targets])


def matrix_json(targets: Sequence[Target]) -> str:
    """The targets as a CI matrix, on one line."""
    return json_text({"include": [_target(target) for target in targets]}, indent=None)


def status_json(found: "TargetStatus") -> str:
    """The status of a target: numbers of changes by plan and drift, null if unknown."""
    from kbsync.render.view import outline  # noqa: PLC0415  (of plans alone)

    lock = found.lock
    return document(
        target=found.target.name,
        sdkappid=found.target.sdkappid,
        commit=found.commit,
        base=found.base,
        base_date=found.base_date,
        pending=None if found.plan is None else len(found.plan.changes),
        blocking=None if found.plan is None else len(outline(found.plan).blocking),
        drift=None if found.drift is None else len(found.drift.changes),
        lock=None if lock is None else {"who": lock.who, "where": lock.where, "since": lock.since, "expires": lock.expires},
        problem=None if found.problem is None else str(found.problem.message),
        lock_problem=None if found.lock_problem is None else str(found.lock_problem.message),
        applies_problem=None if found.recent_problem is None else str(found.recent_problem.message),
        next=str(found.next),
    )


def log_json(entries: Sequence["PastApply"]) -> str:
    """The applies on record, the newest first; ``kbsync plan --undo NUMBER`` takes one back."""
    return document(
        applies=[
            {
                "number": entry.number,
                "started": entry.receipt.started,
                "finished": entry.receipt.finished,
                "actor": entry.receipt.actor,
                "where": entry.receipt.where,
                "purpose": entry.receipt.report.plan.purpose.value,
                "commit": entry.receipt.report.plan.source.commit,
                "whole": entry.receipt.report.finished,
                "undone_by": entry.undone_by,
                "undoes": entry.undoes,
                "changes": [
                    {"kind": change.kind.value, "action": change.action.value, "title": change.title} for change in entry.done
                ],
            }
            for entry in entries
        ]
    )


def checkup_result(findings: Sequence["Finding"], settled: Sequence["Settled"], kind: str, options: RenderOptions) -> str:
    """What a check-up found, and after it what a probe settled; in JSON ``ok`` is null where it is unknown."""
    if kind == "json":
        found = [
            {"name": one.name, "ok": one.ok, "message": str(one.message), "hint": None if one.hint is None else str(one.hint)}
            for one in findings
        ]
        return document(findings=found, probe=[{"message": str(one.message), "switches": list(one.switches)} for one in settled])
    words = Words(options.language)
    lines: list[str] = []
    for one in findings:
        lines.append(f"{MARKS[one.ok]}  {one.name:<14} {_line(one.message, words)}")
        lines += [] if one.hint is None else [f"{'':<19}{_line(one.hint, words)}"]
    return "\n".join([*lines, *(_settled_lines(settled, words) if settled else ())])


def _settled_lines(settled: Sequence["Settled"], words: Words) -> list[str]:
    """What was settled, the command that plays it, and a block for an issue: in English, because that is read elsewhere."""
    return [
        "",
        *(f"{', '.join(one.switches) or '?':<34}  {_line(one.message, words)}" for one in settled),
        "",
        words("A sandbox that behaves so:"),
        "  kbsync sandbox serve" + "".join(f" --switch {word}" for one in settled for word in one.switches),
        "",
        words("For an issue of kbsync, to be pasted as it is:"),
        "",
        f"kbsync {__version__}, `doctor --probe`:",
        "",
        *(f"- {one.message} {' '.join(f'`{word}`' for word in one.switches)}".rstrip() for one in settled),
    ]


def _line(said: Message, words: Words) -> str:
    return visible(words.say(said), newlines=False)


def session_result(found: "Session", kind: str) -> str:
    """A session and its state."""
    if kind == "json":
        return document(session=found.id, state=found.state, agent=found.agent)
    return f"{found.state} ({visible(found.agent)})" if found.agent else found.state


def messages_result(total: int, found: Sequence["ChatMessage"], kind: str) -> str:
    """Messages of a session; times are UTC."""
    rows: list[dict[str, Any]] = [
        {
            "account": item.account,
            "role": item.role.name.lower(),
            "sent_at": None if item.sent_at is None else moment(item.sent_at),
            "text": item.text,
        }
        for item in found
    ]
    if kind == "json":
        return document(total=total, messages=rows)
    return "\n".join(
        f"{row['sent_at'] or '?':<19}  {row['role']:<6}  {visible(row['account'])}: {visible(row['text'])}" for row in rows
    )


def pulled_result(
    merged: "Merged", clashes: Sequence["Clash"], diff: str, kind: str, options: RenderOptions, *, shown_as: str, check: bool
) -> str:
    """What a pull did to each file, or with ``check`` the difference; as JSON both, and where git and the console clash."""
    if kind != "json":
        words = Words(options.language)
        files = (f"{shown_as}/{name}: {words.say(counts(merged, name))}" for name in sorted(merged.changes))
        return diff if check else "\n".join(files)
    return document(
        files=[
            {
                "path": f"{shown_as}/{name}",
                "created": name in merged.created,
                "deleted": name in merged.gone,
                **_NONE,
                **(asdict(merged.touched[name]) if name in merged.touched else {}),
            }
            for name in sorted(merged.changes)
        ],
        conflicts=[
            {
                "location": str(clash.location),
                "question": clash.question,
                "field": None if clash.field is None else clash.field.value,
                "git": _said(clash.git, clash.field, "declared"),
                "console": _said(clash.console, clash.field, "changed"),
            }
            for clash in clashes
        ],
        left_out=[str(note) for note in merged.notes],
        diff=diff,
    )


_NONE = {"updated": 0, "added": 0, "removed": 0}


def counts(merged: "Merged", name: str) -> Message:
    """How many questions of a file were changed, or whether the file is new where no question was."""
    touched = merged.touched.get(name)
    if name in merged.gone:
        return message("removed, because no question uses it any more")
    if touched is None:
        return message("new") if name in merged.created else message("rewritten")
    return message("{updated} changed, {added} new, {removed} removed", **asdict(touched))


def formatted_result(paths: Sequence[str], difference: str, kind: str, *, diff: bool) -> str:
    """The paths of files that are laid out anew one a line, or what differs in them; as JSON both."""
    if kind == "json":
        return document(files=list(paths), diff=difference)
    return difference if diff else "\n".join(paths)


def streamed_result(
    session: str, key: str, kind: str, options: RenderOptions, *, sent: int, pieces: int, ended: bool, state: str | None
) -> str:
    """How far a draft was streamed into a session."""
    if kind == "json":
        return document(session=session, key=key, sent=sent, pieces=pieces, ended=ended, state=state)
    said = message("Pieces sent to {session}: {sent} of {total}.", sent=sent, total=pieces, session=session)
    return _line(said, Words(options.language))


def keys_result(keys: Sequence[str], kind: str) -> str:
    """The keys of the messages that a text was sent in; the last one can be gone on with."""
    return document(key=keys[-1], keys=list(keys)) if kind == "json" else "\n".join(keys)


def joined_json(results: Mapping[str, str | None]) -> str:
    """The documents of several targets in one; null where a target gave none."""
    found = {name: None if result is None else json.loads(result) for name, result in sorted(results.items())}
    return document(targets=found)


def _target(target: Target) -> dict[str, object]:
    return {"target": target.name, "driver": target.driver.value, "sdkappid": target.sdkappid}


def _said(content: Content | CategoryPath | None, field: Field | None, kept: str) -> str:
    """What one side of a clash holds, in the words of the files."""
    if isinstance(content, tuple):
        return show_path(content)
    if content is None or field is None:
        return "removed" if content is None else kept
    named = {Field.ANSWER_TYPE: content.answer_type.word, Field.STATUS: content.status.word}
    return named.get(field) or str(value_of(content, field))
