"""What a shell can offer after Tab: the targets of the settings. Paths are the shell's own business.

Completion says nothing and fails at nothing: whatever is wrong with the files, there is simply less to offer.
"""

from pathlib import Path

import click

from kbsync.errors import KbsyncError

__all__ = ["complete_switch", "complete_target"]


def complete_target(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The targets of kbsync.yaml in the directory that the line names so far, else the default one."""
    from kbsync.files import load_tree  # noqa: PLC0415

    directory = Path(ctx.params.get("directory") or "knowledge")
    try:
        settings = load_tree({"kbsync.yaml": (directory / "kbsync.yaml").read_bytes()}, shown_as="").settings
    except (KbsyncError, OSError):
        return []
    return [] if settings is None else [target.name for target in settings.targets if target.name.startswith(incomplete)]


def complete_switch(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The switches of the embedded service, each with a value."""
    from kbsync.rehearsal.switches import Switches  # noqa: PLC0415

    return [name for name, _ in Switches.variants() if name.startswith(incomplete) and " " not in name]
