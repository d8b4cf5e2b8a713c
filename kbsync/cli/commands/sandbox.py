"""``kbsync sandbox``: the embedded Desk service over HTTP, its faults, and a fresh start."""

from pathlib import Path

import click

from kbsync.cli.options import DocumentedGroup, Invocation, complete_switch, invocation
from kbsync.usecases.context import Exit

database_option = click.option(
    "--database", type=click.Path(path_type=Path), help="Where the library is kept. [default: .kbsync/sandbox.db]"
)


@click.group(cls=DocumentedGroup)
def sandbox() -> None:
    """The embedded Desk service: serve it, break it, reset it."""


@sandbox.command(
    examples=(
        ("kbsync sandbox serve", "on port 8731, with the library of this project"),
        ("kbsync sandbox serve --switch list", "the names of the switches"),
        ("kbsync sandbox serve --port 0 --switch answer-type-zero-ignored=yes", "on a free port, with a reading of its own"),
    ),
)
@click.option("--port", type=click.IntRange(0, 65535), default=8731, show_default=True, help="0 picks a free one.")
@click.option(
    "--switch",
    "switches",
    multiple=True,
    metavar="NAME=VALUE",
    shell_complete=complete_switch,
    help="Play an undocumented behaviour another way.",
)
@database_option
@click.option("--faults", type=click.Path(path_type=Path), help="A schedule of faults, one NAME#CALL=KIND a line.")
@invocation(target=False)
def serve(call: Invocation, *, port: int, switches: tuple[str, ...], database: Path | None, faults: Path | None) -> int:
    """Serve the embedded Desk service on a loopback port.

    It runs until Ctrl-C and takes no secret of yours; what the vendor's pages leave open can be switched.
    """
    from kbsync.usecases.sandbox import list_switches, serve_until_stopped  # noqa: PLC0415

    if "list" in switches:
        call.screen.result(list_switches())
        return Exit.DONE
    serve_until_stopped(call, port=port, words=switches, database=database, faults=faults)
    return Exit.DONE


@sandbox.command(
    examples=(
        ("kbsync sandbox reset", "the library of this project"),
        ("kbsync sandbox reset --database play.db", "another one"),
    ),
)
@database_option
@click.option("--yes", is_flag=True, help="Do not ask; needed where nobody can answer.")
@invocation(target=False)
def reset(call: Invocation, *, database: Path | None, yes: bool) -> int:
    """Bring the embedded service back to its first library."""
    from kbsync.usecases.sandbox import reset_database  # noqa: PLC0415

    return reset_database(call, database, yes=yes)


@sandbox.command(
    examples=(
        ("kbsync sandbox inject update_chitchat#3=lose-answer", "the third such call takes effect and says nothing"),
        ("kbsync sandbox inject list_chitchat#2=http-502 add_chitchat#1=refuse:-7", "two faults"),
        ("kbsync sandbox inject", "those that wait, one a line"),
        ("kbsync sandbox inject --clear", "none waits any more"),
    ),
)
@click.argument("rules", nargs=-1)
@click.option("--clear", is_flag=True, help="Take away those that wait, before any that are given.")
@database_option
@invocation(target=False)
def inject(call: Invocation, *, rules: tuple[str, ...], clear: bool, database: Path | None) -> int:
    """Make the sandbox fail, also while it is served.

    A RULE is COMMAND[#NTH][xTIMES]=KIND[:NUMBER]. The result are the rules that wait.
    """
    from kbsync.usecases.sandbox import inject_faults  # noqa: PLC0415

    inject_faults(call, rules, database, clear=clear)
    return Exit.DONE
