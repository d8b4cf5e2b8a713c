"""What the parts of a question are called inside a sentence.

How a heading or a table names them belongs to ``render/``.
"""

from collections.abc import Mapping

from kbsync.messages import Message, message
from kbsync.plan.changes import Field

__all__ = ["FIELD_NAMES"]

FIELD_NAMES: Mapping[Field, Message] = {
    Field.QUESTION: message("question"),
    Field.ANSWER: message("answer"),
    Field.ANSWER_TYPE: message("answer type"),
    Field.CATEGORY: message("category"),
    Field.SIMILAR: message("similar questions"),
    Field.STATUS: message("status"),
}
"""A field's name as a value of another message."""
