"""``kbsync explain``: what a finding means."""

import click

from kbsync.cli.options import Invocation, documented, invocation
from kbsync.usecases.context import Exit


@documented(
    examples=(
        ("kbsync explain KB408", "what it means, an example, what to do"),
        ("kbsync explain near-duplicate KB411", "several, by name and code"),
        ("kbsync explain", "every finding that there is"),
    ),
    exits={
        Exit.USAGE: "no finding is called so",
    },
)
@click.argument("codes", nargs=-1, metavar="[CODE]...")
@invocation("text", "json", target=False, directory=False)
def explain(call: Invocation, *, codes: tuple[str, ...]) -> int:
    """Say what a finding means, with an example and what to do.

    Findings are named by their code or by their name, as validate shows both.
    """
    from kbsync.render.explanations import explanations_text  # noqa: PLC0415
    from kbsync.render.findings import explanations_json  # noqa: PLC0415
    from kbsync.usecases.files import rules_called  # noqa: PLC0415

    rules, options = rules_called(" ".join(codes)), call.screen.options
    drawn = explanations_json(rules) if call.format == "json" else explanations_text(rules, options, whole=bool(codes))
    call.screen.result(drawn)
    return Exit.DONE
