"""A plan as a comment on a pull request, correct on GitHub and on GitLab: danger first, never longer than allowed.

How one change looks belongs to ``markdown_changes``, what fits to ``markdown_budget``; posting it is the workflow's business.
"""

from collections.abc import Iterator

from kbsync.model import show_path
from kbsync.plan import Change, Kind, Plan, Problem, QuestionChange, Unmanaged
from kbsync.render.markdown_budget import Block, Item
from kbsync.render.markdown_changes import body, line
from kbsync.render.markdown_frame import alert, compose, whole
from kbsync.render.markdown_text import code, comment_safe, shortened
from kbsync.render.outline import DANGEROUS, Group, Outline, Section, headline, outline
from kbsync.render.phrases import NOTES, SECTIONS, base_label
from kbsync.render.words import Words

__all__ = ["marker", "plan_markdown"]


def plan_markdown(plan: Plan, *, digest: str, budget: int = 60_000, link: str | None = None, language: str = "en") -> str:
    """The comment, at most ``budget`` characters long (GitHub refuses more than 65,536); its first line is its marker.

    Dangerous changes stand open and first. When not all fits, the details of harmless changes go first, then their
    names; dangerous titles get shorter before one of them is only counted. What is missing is said at the top, with
    ``link`` (an address of the whole plan) or the plan artifact as the place to find it. A budget under 30,000 is a
    ValueError.
    """
    words = Words(language)
    shown = outline(plan)
    return compose(
        "".join(_head(plan, shown, words)),
        tuple(_blocks(plan, shown, words)),
        _foot(plan, digest, words),
        budget=budget,
        rest=whole(link, words("the plan artifact"), words),
        words=words,
    )


def marker(plan: Plan) -> str:
    """The hidden first line by which a later run finds the comment of the same target, to replace it."""
    return f"<!-- kbsync plan: {comment_safe(plan.target.name)} -->"


def _head(plan: Plan, shown: Outline, words: Words) -> Iterator[str]:
    yield f"{marker(plan)}\n"
    yield f"## {words('Plan for {target}', target=code(plan.target.name))}\n\n"
    counts = words.sentence(headline(plan))
    yield f"**{counts[:1].upper()}{counts[1:]}**\n\n"
    if plan.offline:
        yield alert("NOTE", words("Made without looking at the live library: it can be read, not applied."))
    if shown.danger:
        count = words("{count} changes take answers from customers or overwrite somebody's work.", count=shown.danger)
        one = words("1 change takes an answer from customers or overwrites somebody's work.")
        yield alert("CAUTION", one if shown.danger == 1 else count)
    if shown.empty and not shown.blocking:
        yield words("{count} questions in git; the live library holds them as declared.", count=plan.unchanged) + "\n\n"


def _blocks(plan: Plan, shown: Outline, words: Words) -> Iterator[Block]:
    """From the most important to the least; the names in dangerous blocks are kept whatever happens."""
    if shown.blocking:
        title = words("This plan cannot be applied as it stands")
        yield Block(title, tuple(_problem(problem, words) for problem in shown.blocking), danger=True)
    for group in shown.groups:
        yield _section(group, words)
    if shown.notices:
        yield Block(words("Notices"), tuple(_problem(problem, words) for problem in shown.notices))
    if shown.lapsed:
        title = words("No longer in git, kept live")
        yield Block(title, tuple(_untouched(item) for item in shown.lapsed))
    others = tuple(item for item in plan.unmanaged if not item.lapsed)
    if others:
        yield Block(words("Unmanaged, not touched"), tuple(_untouched(item) for item in others))


def _section(group: Group, words: Words) -> Block:
    note = words.say(NOTES[group.section]) if group.section in NOTES else ""
    items = tuple(_item(change, group.section, words=words) for change in group.changes)
    return Block(words.say(SECTIONS[group.section]), items, note=note, danger=group.section in DANGEROUS)


def _item(change: Change, section: Section, *, words: Words) -> Item:
    if isinstance(change, QuestionChange):
        content = change.after or change.before
        group = show_path(content.category) if content else ""
    else:
        group = ""
    silent = not isinstance(change, QuestionChange) and not (change.before and change.after)
    return Item(
        lambda width: line(change, section, width=width, words=words),
        None if silent else lambda limit: body(change, limit=limit, words=words),
        group=group or words("Categories"),
    )


def _problem(problem: Problem, words: Words) -> Item:
    where = f" <sub>{shortened(f'{problem.location.path}:{problem.location.line}', 80)}</sub>" if problem.location else ""
    return Item(lambda width: f"- {shortened(words.say(problem.message), 2 * width)}{where}\n", group=words("Problems"))


def _untouched(item: Unmanaged) -> Item:
    where = f" <sub>{shortened(show_path(item.category), 80)}</sub>" if item.kind is Kind.QUESTION else ""
    title = item.title if item.kind is Kind.QUESTION else show_path(item.category)
    return Item(lambda width: f"- {shortened(title, width)}{where}\n")


def _foot(plan: Plan, digest: str, words: Words) -> str:
    commit = plan.source.commit or words("uncommitted changes")
    return (
        f"<sub>{words('Digest')} {code(digest)} · {words('knowledge at')} "
        f"{code(commit)} · {shortened(words.say(base_label(plan)), 120)}</sub>\n"
    )
