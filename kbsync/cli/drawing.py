"""Picks the renderer for a format. Each renderer is loaded only when its format is asked for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kbsync.cli.options import Invocation
from kbsync.diagnostics import Diagnostic
from kbsync.plan import Plan
from kbsync.report import Receipt

if TYPE_CHECKING:
    from kbsync.cli.screen import Screen

__all__ = ["draw_findings", "draw_plan", "draw_receipt"]

PLAN_FORMATS = ("text", "json", "markdown", "html", "github")


def draw_findings(found: Sequence[Diagnostic], call: Invocation) -> str:
    """Diagnostics in the format that was asked for; empty text when there is nothing to say."""
    match call.format:
        case "json":
            from kbsync.render.findings_json import diagnostics_json  # noqa: PLC0415

            return diagnostics_json(found)
        case "sarif":
            from kbsync.render.findings_sarif import diagnostics_sarif  # noqa: PLC0415

            return diagnostics_sarif(found)
        case "junit":
            from kbsync.render.findings_junit import diagnostics_junit  # noqa: PLC0415

            return diagnostics_junit(found)
        case "github":
            from kbsync.render.findings_github import diagnostics_github  # noqa: PLC0415

            return diagnostics_github(found)
        case _:
            from kbsync.render.findings_text import diagnostics_text  # noqa: PLC0415

            screen = call.screen
            return diagnostics_text(found, color=screen.color, width=screen.width, language=screen.language)


def draw_plan(plan: Plan, call: Invocation) -> str:
    """A plan in the format that was asked for."""
    from kbsync.planfile import encode_plan, plan_digest  # noqa: PLC0415

    language = call.screen.language
    match call.format:
        case "json":
            return encode_plan(plan).decode()
        case "markdown":
            from kbsync.render.markdown import plan_markdown  # noqa: PLC0415

            return plan_markdown(plan, digest=plan_digest(plan), language=language)
        case "html":
            from kbsync.render.html import plan_html  # noqa: PLC0415

            return plan_html(plan, digest=plan_digest(plan), language=language)
        case "github":
            return _github(plan, call)
        case _:
            return _text(plan, call.screen, steps=True)


def plan_words(plan: Plan, screen: "Screen") -> str:
    """A plan as text for a terminal, as an apply shows it: what it asks for is said right after."""
    return _text(plan, screen, steps=False)


def draw_receipt(receipt: Receipt, call: Invocation) -> str:
    """A receipt in the format that was asked for; for GitHub it is the step's summary."""
    screen = call.screen
    match call.format:
        case "json":
            from kbsync.planfile import encode_receipt  # noqa: PLC0415

            return encode_receipt(receipt).decode()
        case "markdown" | "github":
            from kbsync.render.markdown_report import report_markdown  # noqa: PLC0415

            drawn = report_markdown(receipt.report, language=screen.language)
            return drawn if call.format == "markdown" else _summarised(drawn, call)
        case "html":
            from kbsync.render.html_receipt import receipt_html  # noqa: PLC0415

            return receipt_html(receipt, language=screen.language)
        case _:
            from kbsync.render.text_report import receipt_text  # noqa: PLC0415

            return receipt_text(receipt, width=screen.width, color=screen.color, language=screen.language)


def _text(plan: Plan, screen: "Screen", *, steps: bool) -> str:
    from kbsync.planfile import plan_digest  # noqa: PLC0415
    from kbsync.render.text import plan_text  # noqa: PLC0415

    return plan_text(
        plan, digest=plan_digest(plan), width=screen.width, color=screen.color, language=screen.language, steps=steps
    )


def _summarised(drawn: str, call: Invocation) -> str:
    from kbsync.cli.runner import write_github  # noqa: PLC0415

    write_github(drawn, {}, call.context.environ)
    return ""


def _github(plan: Plan, call: Invocation) -> str:
    """Annotations as the result; summary and outputs go to the files that the runner names."""
    from kbsync.cli.runner import write_github  # noqa: PLC0415
    from kbsync.planfile import plan_digest  # noqa: PLC0415
    from kbsync.render.github import plan_github  # noqa: PLC0415

    output = plan_github(plan, digest=plan_digest(plan), language=call.screen.language)
    write_github(output.summary, output.outputs, call.context.environ)
    return "\n".join(output.annotations)
