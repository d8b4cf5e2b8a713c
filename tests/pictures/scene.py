"""A small shop whose library was applied, then edited in git and in the console, so that its plan has nearly every section."""

from pathlib import Path

from kbsync.sandbox.service import Service
from tests.fakes.console import Console
from tests.flows.harness import Bench

__all__ = ["SECTIONS", "staged"]

SECTIONS = (
    "Removals",
    "Disabled",
    "Conflicts",
    "Console edits to be overwritten",
    "Renamed",
    "Moved",
    "Updated",
    "New",
)
"""What the plan of the scene shows, in this order."""

SETTINGS = """\
version: 1
default_target: production
targets:
  production: {driver: sandbox}
policy: {prune: delete, max_update_percent: 100, max_remove_percent: 100}
"""

CATEGORIES = """\
categories:
  - title: Shipping
    children: [{title: Delivery times}, {title: Abroad}]
  - title: Returns
  - title: 售后服务
"""

BEFORE = """\
category: Shipping / Delivery times
questions:
  - question: When will my parcel arrive?
    answer: Usually within 3 working days. You get a message with a tracking number when it leaves us.
    similar: [How long does delivery take?, Where is my parcel?]
  - question: Do you ship to other countries?
    answer: Yes, to most countries in Europe and Asia.
  - question: Is there a Christmas sale?
    answer: Yes, until 24 December everything is 20 % off.
---
category: Returns
questions:
  - question: How do I return something?
    answer: Send it back within 14 days. The label is in the parcel.
  - question: When do I get my money back?
    answer: Within 5 working days after the parcel is back.
  - question: Can I swap it for another size?
    answer: Yes, free of charge.
---
category: 售后服务
questions:
  - question: 怎么联系人工客服?
    answer: 请回复“人工”，客服在工作日的 9 点到 18 点为您服务。
    similar: [转人工, 我要找客服]
  - question: 可以开发票吗?
    answer: 可以，下单时请填写抬头。
"""

AFTER = """\
category: Shipping / Delivery times
questions:
  - question: When will my parcel arrive?
    answer: Usually within 2 working days. You get a message with a tracking number when it leaves us.
    similar: [How long does delivery take?, When does it come?]
  - question: Do you ship to other countries?
    category: Shipping / Abroad
    answer: Yes, to most countries in Europe and Asia.
  - question: Can I pick up my order myself?
    answer: Yes, in our shop on weekdays from nine to five. Please bring the order number.
    similar: [Is there a pick-up point?]
---
category: Returns
questions:
  - question: How can I send something back?
    previously: [How do I return something?]
    answer: Send it back within 14 days. The label is in the parcel.
  - question: When do I get my money back?
    answer: Within 3 working days after the parcel is back.
  - question: Can I swap it for another size?
    answer: Yes, free of charge.
    status: disabled
---
category: 售后服务
questions:
  - question: 怎么联系人工客服?
    answer: 请回复“人工客服”，客服每天 9 点到 21 点为您服务。
    similar: [转人工, 有人吗?]
  - question: 可以开发票吗?
    answer: 可以，下单时请填写抬头。
"""

WHEN = {"GIT_AUTHOR_DATE": "2026-01-05T09:00:00Z", "GIT_COMMITTER_DATE": "2026-01-05T09:00:00Z"}
"""A fixed time, so that the commits, and with them the pictures, are the same whenever they are made."""


def staged(directory: Path) -> Bench:
    """The scene below a directory, ready for ``kbsync plan``."""
    bench = Bench.make(directory)
    assert bench.tree is not None
    bench.tree.environ = {**bench.tree.environ, **WHEN}
    bench.settings(SETTINGS.replace("{", "{{").replace("}", "}}"))
    bench.commit({"tree.yaml": CATEGORIES, "faq.yaml": BEFORE})
    applied = bench.run("apply", "--yes", "--quiet")
    assert applied.code == 0, applied.err
    service = Service(bench.path / ".kbsync" / "production.db", clock=bench.clock)
    try:
        console = Console(service)
        console.edit_question(console.question("When do I get my money back?"), answer="Within 10 working days.")
        console.edit_question(console.question("可以开发票吗?"), answer="暂时不行。")
    finally:
        service.close()
    bench.commit({"faq.yaml": AFTER})
    return bench
