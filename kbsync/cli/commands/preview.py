"""``kbsync preview``: a drafted answer in a real conversation."""

from pathlib import Path

import click

from kbsync.cli.options import Invocation, documented, invocation
from kbsync.usecases.context import Exit


@documented(
    examples=(
        ("kbsync preview 'Good night' --session 11111111-…", "the answer in the files"),
        ("kbsync preview --answer-file draft.txt --session 11111111-…", "a draft of it"),
    ),
    exits={
        Exit.UNFINISHED: "the session changed hands: the message was ended where it was",
        Exit.INVALID: "the files have errors; kbsync validate shows them",
        Exit.UNSAFE: "a person serves the session or is on the way; nothing was sent",
    },
)
@click.argument("question", required=False)
@click.option("--session", required=True, metavar="ID", help="The session that the answer is streamed into.")
@click.option("--answer-file", type=click.Path(path_type=Path), metavar="FILE", help="Send this text instead.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@invocation("text", "json")
def preview(call: Invocation, *, question: str | None, session: str, answer_file: Path | None, yes: bool) -> int:
    """Stream a drafted answer into a Desk session.

    The answer that the files declare for QUESTION is seen as customers would see it, piece by piece; the session is looked
    at before each. Only where the chatbot serves the session.
    """
    from kbsync.render.results import streamed_result  # noqa: PLC0415
    from kbsync.usecases.session import preview_answer  # noqa: PLC0415

    done, code = preview_answer(call, question=question, answer_file=answer_file, session=session, yes=yes)
    if done is not None:
        how = session, done.key, call.format, call.screen.options
        call.screen.report(streamed_result(*how, sent=done.sent, pieces=done.total, ended=done.ended, state=done.state))
    return code
