"""``kbsync validate``: files and content rules, offline."""

from pathlib import Path

import click

from kbsync.cli.options import Invocation, documented, invocation
from kbsync.messages import message
from kbsync.render.formats import FINDINGS, draw_findings
from kbsync.usecases.context import Exit


@documented(
    examples=(
        ("kbsync validate", "everything that is wrong, at once"),
        ("kbsync validate -d faq -t production", "another directory, as one target reads it"),
        ("kbsync validate --format github", "annotations in a pull request"),
        ("kbsync validate --baseline known.txt", "only what is not known yet; --write-baseline known.txt makes it"),
        ("kbsync validate --format sarif > kbsync.sarif", "for code scanning"),
    ),
    exits={
        Exit.INVALID: "there are errors; warnings alone are not",
    },
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Leave out the warnings and notes that FILE has: for a library taken over.",
)
@click.option(
    "--write-baseline", type=click.Path(path_type=Path), metavar="FILE", help="Keep the warnings and notes of now in FILE."
)
@invocation(*FINDINGS)
def validate(call: Invocation, *, baseline: Path | None, write_baseline: Path | None) -> int:
    """Check the files and the content rules, offline.

    Every finding is shown at once, with file, line, column and what to do.
    """
    from kbsync.usecases.files import validate_directory  # noqa: PLC0415

    examined, code = validate_directory(call, baseline=baseline, write=write_baseline)
    call.screen.result(draw_findings(examined.diagnostics, call.format, call.screen.options))
    if code is Exit.DONE:
        questions = examined.knowledge.questions
        categories = {question.content.category for question in questions}
        words = message(
            "Valid. Questions: {questions}, categories: {categories}.", questions=len(questions), categories=len(categories)
        )
        call.screen.note(words)
    return code
