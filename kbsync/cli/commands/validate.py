"""``kbsync validate``: files and content rules, offline."""

import click

from kbsync.cli.options import DocumentedCommand, Invocation, invocation
from kbsync.messages import message
from kbsync.render.formats import FINDINGS, draw_findings
from kbsync.usecases.context import Exit


@click.command(
    cls=DocumentedCommand,
    examples=(
        ("kbsync validate", "everything that is wrong, at once"),
        ("kbsync validate -d faq -t production", "another directory, as one target reads it"),
        ("kbsync validate --format github", "annotations in a pull request"),
        ("kbsync validate --format sarif > kbsync.sarif", "for code scanning"),
    ),
    exits={
        Exit.INVALID: "there are errors; warnings alone are not",
    },
)
@invocation(*FINDINGS)
def validate(call: Invocation) -> int:
    """Check the files and the content rules, offline.

    Every finding is shown at once, with file, line, column and what to do.
    """
    from kbsync.usecases.files import validate_directory  # noqa: PLC0415

    examined, code = validate_directory(call)
    call.screen.result(draw_findings(examined.diagnostics, call.format, call.screen.options))
    if code is Exit.DONE:
        questions = examined.knowledge.questions
        categories = {question.content.category for question in questions}
        words = message(
            "Valid. Questions: {questions}, categories: {categories}.", questions=len(questions), categories=len(categories)
        )
        call.screen.note(words)
    return code
