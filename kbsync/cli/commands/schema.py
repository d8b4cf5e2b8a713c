"""``kbsync schema``: the JSON Schemas of the files."""

import click

from kbsync.cli.options import Invocation, documented, invocation
from kbsync.usecases.context import Exit


@documented(
    examples=(
        ("kbsync schema knowledge", "of knowledge files, for editors"),
        ("kbsync schema settings", "of kbsync.yaml"),
        ("kbsync schema plan > plan.schema.json", "of what plan --out writes"),
    ),
)
@click.argument("name", type=click.Choice(["knowledge", "settings", "plan", "receipt"]))
@invocation(target=False, directory=False)
def schema(call: Invocation, *, name: str) -> int:
    """Print a JSON Schema (2020-12) of a file format.

    Knowledge and settings are for editors, plan and receipt for machines that read them.
    """
    from kbsync.render.results import json_text  # noqa: PLC0415

    if name in ("plan", "receipt"):
        from kbsync.planfile import schemas  # noqa: PLC0415

        found = schemas()[name]
    else:
        from kbsync.files.schema import knowledge_schema, settings_schema  # noqa: PLC0415

        found = knowledge_schema() if name == "knowledge" else settings_schema()
    call.screen.result(json_text(found))
    return Exit.DONE
