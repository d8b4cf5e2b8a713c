"""``kbsync export``: the library as a spreadsheet."""

from pathlib import Path

import click

from kbsync.cli.options import DocumentedCommand, Invocation, invocation
from kbsync.messages import message
from kbsync.saving import save
from kbsync.usecases.context import Exit


@click.command(
    cls=DocumentedCommand,
    examples=(
        ("kbsync export --out library.xlsx", "for a spreadsheet"),
        ("kbsync export --out live.tsv --live", "what customers are answered now"),
        ("kbsync export --format json", "for programs"),
    ),
    exits={
        Exit.INVALID: "the files have errors, or a text is too long for a cell",
    },
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Where to; its ending names a format."
)
@click.option("--live", is_flag=True, help="What the service holds, in place of what the files say.")
@invocation("csv", "tsv", "xlsx", "json")
def export(call: Invocation, *, out: Path | None, live: bool) -> int:
    """Write the whole library, one row a question.

    No cell is a formula, whatever a text begins with. A key column tells `kbsync import` which question a row was, and at which
    commit, so that a table that was edited comes back as a merge.
    """
    from kbsync.usecases.export import WRITERS, export_library  # noqa: PLC0415

    ending = "" if out is None else out.suffix[1:].lower()
    kind = ending if ending in WRITERS else call.format
    data = export_library(call, kind, call.screen.options, live=live, out=out)
    if out is None:
        call.screen.result(data.decode())
    else:
        save(out, data)
        call.screen.note(message("Written to {path}.", path=out))
    return Exit.DONE
