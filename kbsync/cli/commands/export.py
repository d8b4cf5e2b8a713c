"""``kbsync export``: the library for people who read no YAML."""

from pathlib import Path

import click
from click.core import ParameterSource

from kbsync.cli.options import Invocation, documented, invocation
from kbsync.messages import message
from kbsync.saving import save
from kbsync.usecases.context import Exit


@documented(
    examples=(
        ("kbsync export --out library.xlsx", "for a spreadsheet"),
        ("kbsync export --out live.tsv --live", "what customers are answered now"),
        ("kbsync export --out library.html", "every question and answer on one page"),
        ("kbsync export --format json", "for programs"),
    ),
    exits={
        Exit.INVALID: "the files have errors, or a text is too long for a cell",
    },
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Where to; its ending names a format."
)
@click.option("--live", is_flag=True, help="What the service holds, in place of what the files say; on the page beside it.")
@invocation("csv", "tsv", "xlsx", "json", "html")
def export(call: Invocation, *, out: Path | None, live: bool) -> int:
    """Write the whole library as a table or as one page.

    A table has one row a question. No cell is a formula, whatever a text begins with. A key column tells `kbsync import` which
    question a row was, and at which commit, so that a table that was edited comes back as a merge. The page has the tree of
    categories, a search, and each question as customers meet it; it is one file that needs no network.
    """
    from kbsync.usecases.export import export_library, format_of  # noqa: PLC0415

    source = click.get_current_context().get_parameter_source("format")
    kind = format_of(out, call.format, named=source is ParameterSource.COMMANDLINE)
    data = export_library(call, kind, call.screen.options, live=live, out=out)
    if out is None:
        call.screen.result(data.decode())
    else:
        save(out, data)
        call.screen.note(message("Written to {path}.", path=out))
    return Exit.DONE
