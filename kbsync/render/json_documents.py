"""What commands find and do as JSON for other programs; fields are added, never renamed, within one ``format_version``.

The words are English, because programs compare them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from kbsync.display import moment
from kbsync.model import CategoryPath, Content, show_path
from kbsync.plan import Field, Plan, value_of
from kbsync.puller import Clash
from kbsync.render.view import outline
from kbsync.render.words import RenderOptions
from kbsync.report import Receipt
from kbsync.settings import Target

if TYPE_CHECKING:
    from kbsync.desk.doctor import Finding, Settled
    from kbsync.dialogue import ChatMessage, Session
    from kbsync.files.merging import Merged
    from kbsync.render.status import PastApply, TargetStatus

__all__ = [
    "checkup_json",
    "formatted_json",
    "joined_json",
    "json_text",
    "keys_json",
    "matrix_json",
    "messages_json",
    "moment",
    "pulled_json",
    "session_json",
    "status_json",
    "streamed_json",
    "targets_json",
]


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


def checkup_json(findings: Sequence["Finding"], settled: Sequence["Settled"] = ()) -> str:
    """What a check-up found; ``ok`` is null where it is unknown. ``probe`` is empty where nothing was probed."""
    return document(
        findings=[
            {
                "name": found.name,
                "ok": found.ok,
                "message": str(found.message),
                "hint": None if found.hint is None else str(found.hint),
            }
            for found in findings
        ],
        probe=[{"message": str(one.message), "switches": list(one.switches)} for one in settled],
    )


def session_json(found: "Session") -> str:
    """A session and its state."""
    return document(session=found.id, state=found.state, agent=found.agent)


def messages_json(total: int, found: Sequence["ChatMessage"]) -> str:
    """Messages of a session; times are UTC."""
    rows = [
        {
            "account": item.account,
            "role": item.role.name.lower(),
            "sent_at": None if item.sent_at is None else moment(item.sent_at),
            "text": item.text,
        }
        for item in found
    ]
    return document(total=total, messages=rows)


def pulled_json(merged: "Merged", clashes: Sequence[Clash], *, shown_as: str, diff: str) -> str:
    """What a pull did to the files, and where git and the console clash."""
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


def formatted_json(paths: Sequence[str], diff: str) -> str:
    """The files that are laid out anew, and what differs in them."""
    return document(files=list(paths), diff=diff)


def streamed_json(session: str, key: str, *, sent: int, pieces: int, ended: bool, state: str | None) -> str:
    """How far a draft was streamed into a session."""
    return document(session=session, key=key, sent=sent, pieces=pieces, ended=ended, state=state)


def keys_json(keys: Sequence[str]) -> str:
    """The keys of the messages that a text was sent in; the last one can be gone on with."""
    return document(key=keys[-1], keys=list(keys))


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
