"""The frame of an HTML file of ours: its style, its script, and the policy that forbids everything else.

What a page says belongs to ``html`` and ``html_receipt``, how it is laid out to the templates.
"""

import base64
import hashlib
from collections.abc import Callable
from importlib.resources import files

from jinja2 import DictLoader, Environment, StrictUndefined

from kbsync.messages import Message
from kbsync.render.words import Words

__all__ = ["around", "page"]

_NAME = "\ue000"
"""Stands for a name in a title; the character means nothing, so that no title holds it."""
_TEMPLATES = ("page.html.jinja", "report.html.jinja", "receipt.html.jinja")


def page(template: str, words: Words, **values: object) -> str:
    """One file from a template, with everything in it escaped.

    Its content security policy forbids every request and every script or style but its own, by hash.
    """
    style, script = _resource("report.css"), _resource("report.js")
    environment = Environment(
        loader=DictLoader({name: _resource(name) for name in _TEMPLATES}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    frame = {"style": style, "script": script, "policy": _policy(style, script), "language": words.tag}
    return environment.get_template(template).render({**frame, **values})


def around(title: Callable[[str], Message], words: Words) -> tuple[str, str]:
    """What a title says before the name that it is about, and behind it; ``title`` makes it for a name."""
    before, _, behind = words.say(title(_NAME)).partition(_NAME)
    return before, behind


def _policy(style: str, script: str) -> str:
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)]
    return (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _resource(name: str) -> str:
    return files("kbsync.render").joinpath(name).read_text(encoding="utf-8")
