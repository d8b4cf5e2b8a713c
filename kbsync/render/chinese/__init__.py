"""The Chinese catalogue: an English template to the same sentence in Chinese, with the same fields.

Only words that kbsync says itself belong here; what stands in a knowledge library is nobody's to translate. It is loaded
when Chinese is asked for and not before.
"""

from collections.abc import Mapping

from kbsync.render.chinese.applying import APPLYING
from kbsync.render.chinese.commands import COMMANDS
from kbsync.render.chinese.conversations import CONVERSATIONS
from kbsync.render.chinese.decisions import DECISIONS
from kbsync.render.chinese.drifts import DRIFTS
from kbsync.render.chinese.files import FILES
from kbsync.render.chinese.findings import FINDINGS
from kbsync.render.chinese.history import HISTORY
from kbsync.render.chinese.plans import PLANS
from kbsync.render.chinese.reviews import REVIEWS
from kbsync.render.chinese.sandbox import SANDBOX
from kbsync.render.chinese.service import SERVICE

__all__ = ["CHINESE", "PARTS"]

PARTS: tuple[Mapping[str, str], ...] = (
    APPLYING,
    COMMANDS,
    CONVERSATIONS,
    DECISIONS,
    DRIFTS,
    FILES,
    FINDINGS,
    HISTORY,
    PLANS,
    REVIEWS,
    SANDBOX,
    SERVICE,
)
"""The catalogue by what is spoken of; no template stands in two parts."""

CHINESE: Mapping[str, str] = {template: words for part in PARTS for template, words in part.items()}
