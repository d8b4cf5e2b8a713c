"""Help that teaches: a command's examples, its own options before those of every command, the exit codes it can end with.

What is taught about a command stands beside the command; how the help page of click is laid out otherwise is click's business.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from kbsync.cli.exits import Exit

__all__ = ["Application", "DocumentedCommand", "DocumentedGroup", "SharedOption"]

Example = tuple[str, str]
"""A command line that can be typed as it stands, and what it is good for (may be empty)."""

WIDEST_EXAMPLE = 46
"""Columns up to which the meanings of examples stand beside them, all in one column."""


class SharedOption(click.Option):
    """An option that many commands have; help shows it after those that the command has for itself."""


class DocumentedCommand(click.Command):
    """A command with examples. ``exits`` are the codes that a script would want to tell apart; 0, 1 and 2 need no words."""

    def __init__(self, *words: Any, examples: Sequence[Example], exits: Mapping[Exit, str] | None = None, **options: Any) -> None:
        super().__init__(*words, **options)
        self.examples = tuple(examples)
        self.exits = dict(exits or {})

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The text, then the examples."""
        super().format_help_text(ctx, formatter)
        with formatter.section("Examples"):
            formatter.write_dl(self.examples, col_max=WIDEST_EXAMPLE)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options, then the shared ones."""
        options = [one for one in self.get_params(ctx) if isinstance(one, click.Option)]
        common = [one for one in options if isinstance(one, SharedOption) or "--help" in one.opts]
        for title, some in (("Options", [one for one in options if one not in common]), ("Common options", common)):
            records = [record for one in some if (record := one.get_help_record(ctx)) is not None]
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The exit codes, then what click would say."""
        if self.exits:
            with formatter.section("Exit codes"):
                formatter.write_dl([(str(int(code)), meaning) for code, meaning in sorted(self.exits.items())])
        super().format_epilog(ctx, formatter)


class DocumentedGroup(click.Group):
    """A command whose own commands have examples."""

    command_class = DocumentedCommand


class Application(click.Group):
    """The group of all commands, listed by what they are for."""

    def __init__(self, *words: Any, sections: Mapping[str, Sequence[click.Command]], **options: Any) -> None:
        super().__init__(*words, **options)
        self.sections = {title: tuple(commands) for title, commands in sections.items()}
        for commands in self.sections.values():
            for command in commands:
                self.add_command(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One list a section, all with their meanings in one column."""
        longest = max(map(len, self.list_commands(ctx)))
        for title, commands in self.sections.items():
            with formatter.section(title):
                room = formatter.width - formatter.current_indent - longest - 2
                formatter.write_dl([(f"{one.name:<{longest}}", one.get_short_help_str(room)) for one in commands])
