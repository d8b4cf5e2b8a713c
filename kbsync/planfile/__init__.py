"""Plans and receipts as files: canonical JSON out, strictly checked values in. A plan file is data: it names no host."""

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import msgspec

from kbsync.errors import UnusableFile
from kbsync.messages import Message, message
from kbsync.plan import Plan
from kbsync.planfile import v1
from kbsync.report import Receipt
from kbsync.saving import read_file

__all__ = ["decode", "encode_plan", "encode_receipt", "plan_digest", "read_plan_or_receipt", "schemas"]

Result = TypeVar("Result")
Sealed = TypeVar("Sealed", v1.PlanV1, v1.ReceiptV1)
Wire = v1.PlanV1 | v1.ReceiptV1

LARGEST = 256 * 1024 * 1024
"""Bytes; a plan for a hundred thousand long answers stays well below."""


def plan_digest(plan: Plan) -> str:
    """``sha256:`` and 64 hexadecimal digits over the whole content of the plan."""
    return _digest(v1.plan_wire(plan))


def encode_plan(plan: Plan) -> bytes:
    """The plan as canonical JSON: sorted keys, no timestamps, the same bytes for the same plan."""
    return _pretty(_sealed(v1.plan_wire(plan)))


def encode_receipt(receipt: Receipt) -> bytes:
    """The receipt as JSON, its plan included so that the apply can be undone."""
    return _pretty(_sealed(v1.receipt_wire(receipt, _sealed(v1.plan_wire(receipt.report.plan)))))


def read_plan_or_receipt(path: Path) -> Plan | Receipt:
    """Read a file that ``plan --out`` or ``apply --receipt`` wrote. Raises UnusableFile."""
    return decode(read_file(path, LARGEST + 1), name=str(path))


def decode(data: bytes, *, name: str) -> Plan | Receipt:
    """Check and decode a plan or a receipt; ``name`` is what messages call it. Raises UnusableFile."""
    if len(data) > LARGEST:
        raise UnusableFile(message("{name} is too large for a plan file ({size} bytes)", name=name, size=len(data)))
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), None)
    if encoding is not None:
        raise UnusableFile(
            message("{name} is in {encoding}, and plans and receipts are UTF-8 without a mark", name=name, encoding=encoding),
            hint=message("write it with --out or --receipt; PowerShell's > changes the encoding"),
        )
    header = _parse(data, _Header, name)
    if header.format not in (v1.PLAN_FORMAT, v1.RECEIPT_FORMAT):
        raise UnusableFile(message("{name} is neither a kbsync plan nor a receipt", name=name))
    if header.format_version != v1.VERSION:
        raise UnusableFile(
            message(
                "{name} has format version {found}; this kbsync reads {known}",
                name=name,
                found=header.format_version,
                known=v1.VERSION,
            ),
            hint=message("make the plan again with this version of kbsync"),
        )
    if header.format == v1.RECEIPT_FORMAT:
        receipt = _parse(data, v1.ReceiptV1, name)
        _check(
            receipt,
            name,
            hint=message("look at the library itself: what an edited receipt says of an apply is not taken for true"),
        )
        return _value(lambda: v1.receipt_value(receipt, _plan(receipt.plan, name)), name)
    return _plan(_parse(data, v1.PlanV1, name), name)


def schemas() -> dict[str, dict[str, object]]:
    """The JSON Schemas of both files, by ``plan`` and ``receipt``."""
    draft = "https://json-schema.org/draft/2020-12/schema"
    kinds = {"plan": v1.PlanV1, "receipt": v1.ReceiptV1}
    return {name: {"$schema": draft, **msgspec.json.schema(kind)} for name, kind in kinds.items()}


@dataclass(frozen=True, slots=True)
class _Header:
    format: str = ""
    format_version: str = ""


_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
    codecs.BOM_UTF8: "UTF-8 with a byte order mark",
    b"{\0": "UTF-16",
    b"\0{": "UTF-16",
}
"""How files of other encodings begin; the longer marks come first."""


def _plan(wire: v1.PlanV1, name: str) -> Plan:
    _check(wire, name, hint=message("make the plan again; a plan is never edited by hand"))
    return _value(lambda: v1.plan_value(wire), name)


def _check(wire: Wire, name: str, *, hint: Message) -> None:
    if wire.digest != _digest(wire):
        raise UnusableFile(
            message("{name} is damaged or was edited: its content does not match its digest", name=name), hint=hint
        )


def _value(make: Callable[[], Result], name: str) -> Result:
    try:
        return make()
    except ValueError as problem:
        raise UnusableFile(message("{name} contradicts itself: {reason}", name=name, reason=problem)) from None


def _parse(data: bytes, kind: type[Result], name: str) -> Result:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise UnusableFile(
            message("{name} is not a kbsync plan or receipt: {reason}", name=name, reason=problem),
            hint=message("where another version of kbsync wrote it, use that one, or make it again with this one"),
        ) from None


def _sealed(wire: Sealed) -> Sealed:
    return msgspec.structs.replace(wire, digest=_digest(wire))


def _digest(wire: Wire) -> str:
    data = msgspec.json.encode(msgspec.structs.replace(wire, digest=""), order="sorted")
    return f"sha256:{sha256(data).hexdigest()}"


def _pretty(wire: Wire) -> bytes:
    return msgspec.json.format(msgspec.json.encode(wire, order="sorted"), indent=2) + b"\n"
