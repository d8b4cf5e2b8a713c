"""How an apply ended, in words that every format of its report shares.

How they are laid out belongs to ``text_report``, ``markdown_report`` and ``html_receipt``.
"""

from collections.abc import Mapping

from kbsync.messages import Message, message
from kbsync.plan import Plan, Purpose
from kbsync.render.voices import title
from kbsync.report import ApplyReport, Outcome

__all__ = ["TITLES", "report_title", "verdict"]

TITLES: Mapping[Outcome, Message] = {
    Outcome.UNKNOWN: message("Outcome unknown"),
    Outcome.REFUSED: message("Refused by the service"),
    Outcome.NOT_ATTEMPTED: message("Not attempted"),
    Outcome.APPLIED: message("Applied"),
    Outcome.ALREADY: message("Already as declared"),
}
"""The heading of each outcome, in the order in which they are shown."""


def report_title(report: ApplyReport, target: str) -> Message:
    """The title of the page about an apply to a target."""
    purpose = report.plan.purpose
    return title(purpose, target) if purpose is Purpose.UNDO else message("Apply to {target}", target=target)


def verdict(report: ApplyReport) -> Message:
    """Whether the work is done, and what to do if not."""
    if report.finished:
        return _done(report.plan)
    if report.interrupted:
        return message("NOT finished: it was interrupted. Run kbsync plan to see what is left.")
    if report.complete:
        return message("NOT verified: the library could not be read back. Run kbsync plan to see whether anything is left.")
    return message("NOT finished. Run kbsync plan to see what is left.")


def _done(plan: Plan) -> Message:
    if plan.purpose is Purpose.UNDO:
        return message("Finished: what was applied is taken back.")
    if plan.only is not None:
        return message("Finished: the part that was chosen is live as declared; the rest was left alone.")
    if plan.outlived:
        return message("Finished: what git declares is live.")
    return message("Finished: everything is live as declared.")
