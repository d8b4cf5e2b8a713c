"""A small shop at two commits, with every kind of change between them and at most four calls of one command."""

from kbsync.files import load_tree
from kbsync.model import Knowledge
from kbsync.sandbox.service import Service
from tests.fakes.console import Console

__all__ = ["FIRST", "SECOND", "STRANGERS", "add_unmanaged", "read"]

STRANGERS = ("Who wrote this?", "Is this ours?", "Hello", "I am angry")
"""Questions that git never declared."""

FIRST = """\
categories:
  - title: Shipping
    children: [{title: Delivery}, {title: Returns}]
  - title: Old stuff
---
category: Shipping / Delivery
questions:
  - {question: When will my parcel arrive?, answer: Within 3 days., similar: [How long does it take?, Is it far?]}
  - {question: Do you ship abroad?, answer: "Yes, to most countries."}
  - {question: Do you ship on Sundays?, answer: "No, we rest."}
  - {question: Can I pick it up?, answer: "Yes, you can.", status: disabled}
---
category: Shipping / Returns
questions:
  - {question: How do I return it?, answer: Send it back.}
---
category: Old stuff
questions:
  - {question: Do you take cheques?, answer: "Yes, still."}
"""

SECOND = """\
categories:
  - title: Shipping
    children: [{title: Delivery times, previously: [Delivery]}, {title: Returns}, {title: Customs}]
---
category: Shipping / Delivery times
questions:
  - {question: When will my parcel arrive?, answer: Within 2 days., similar: [How long does it take?, Is it near?]}
  - {question: Can I pick it up?, answer: "Yes, you can."}
---
category: Shipping / Returns
questions:
  - {question: How do I return it?, answer: Send it back., status: disabled}
  - {question: Do you ship on Sundays?, answer: "No, we rest."}
---
category: Shipping / Customs
questions:
  - {question: Do you ship to other countries?, previously: [Do you ship abroad?], answer: "Yes, to most countries."}
  - {question: Do I pay customs?, answer: Sometimes., similar: [Are there duties?]}
  - {question: Is it insured?, answer: Not yet., status: disabled}
"""


def read(text: str) -> Knowledge:
    """What a knowledge file says."""
    loaded = load_tree({"shop.yaml": text.encode()}, shown_as="knowledge", settings=False)
    assert loaded.diagnostics == ()
    return loaded.knowledge


def add_unmanaged(service: Service) -> None:
    """What other people made in the console: a category of their own, and a question among ours."""
    category = Console(service).add_category("Console only")
    Console(service).add_question("Who wrote this?", "A person.", category=category, similar=["Was it a person?"])
    returns = Console(service).category("Shipping", "Returns")
    Console(service).add_question("Is this ours?", "<b>No.</b>", category=returns, answer_type=2, status=5)
