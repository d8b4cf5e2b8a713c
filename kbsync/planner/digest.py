"""The digest of a library: which content a plan was made from, whatever the files it stood in."""

import json
from hashlib import sha256

from kbsync.model import Knowledge

__all__ = ["knowledge_digest"]


def knowledge_digest(knowledge: Knowledge) -> str:
    """``sha256:`` and 64 hexadecimal digits over everything that the files declare, independent of files and order."""
    categories = sorted([list(item.path), item.authoritative, sorted(item.previously)] for item in knowledge.categories)
    questions = sorted(
        [
            item.content.question,
            item.content.answer,
            int(item.content.answer_type),
            list(item.content.category),
            list(item.content.similar),
            int(item.content.status),
            item.id or "",
            sorted(item.previously),
            item.protected,
            # Only where it is said, so that digests of plans that were saved before stay what they are.
            *(["fresh"] if item.fresh else []),
        ]
        for item in knowledge.questions
    )
    text = json.dumps([categories, questions], ensure_ascii=True, separators=(",", ":"))
    return f"sha256:{sha256(text.encode()).hexdigest()}"
