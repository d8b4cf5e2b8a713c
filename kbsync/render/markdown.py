"""A plan as a comment on a pull request, correct on GitHub and on GitLab: danger first, never longer than allowed.

How one change looks belongs to ``markdown_changes``, what fits to ``markdown_budget``; posting it is the workflow's business.
"""

from collections.abc import Iterator

from kbsync.model import show_path
from kbsync.plan import Change, Kind, Plan, Problem, ProblemKind, Purpose, QuestionChange, Unmanaged
from kbsync.render.headline import headline
from kbsync.render.markdown_budget import Block, Item
from kbsync.render.markdown_changes import body, line
from kbsync.render.markdown_frame import alert, compose, whole
from kbsync.render.markdown_text import code, comment_safe, shortened
from kbsync.render.next_steps import next_steps
from kbsync.render.outline import DANGEROUS, Group, Outline, Section, outline
from kbsync.render.phrases import alien, base_label, kept_note, nothing_to_do, still_given
from kbsync.render.voices import Voice, title, voice
from kbsync.render.words import Words

__all__ = ["marker", "plan_markdown", "untouched"]

_MARKS = {Purpose.SYNC: "plan", Purpose.DRIFT: "drift", Purpose.UNDO: "undo"}
_STEP = 400
"""Characters of one line about what to do; none of ours is that long."""


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
        "".join((*_steps(plan, words), _foot(plan, digest, words))),
        budget=budget,
        rest=whole(link, words("the plan artifact"), words),
        words=words,
    )


def marker(plan: Plan) -> str:
    """The hidden first line by which a later run finds the comment of the same target and purpose, to replace it."""
    return f"<!-- kbsync {_MARKS[plan.purpose]}: {comment_safe(plan.target.name)} -->"


def _head(plan: Plan, shown: Outline, words: Words) -> Iterator[str]:
    yield f"{marker(plan)}\n"
    yield f"## {words.say(title(plan.purpose, code(plan.target.name)))}\n\n"
    if plan.only is not None:
        yield f"{words('Only what matches {pattern}', pattern=code(plan.only))}\n\n"
    counts = words.sentence(headline(plan, shown))
    yield f"**{counts[:1].upper()}{counts[1:]}**\n\n"
    if plan.offline:
        yield alert("NOTE", words("Made without looking at the live library: it can be read, not applied."))
    for problem in shown.notices:
        if problem.kind is ProblemKind.DIVERGED:  # it changes what every line below means
            yield alert("WARNING", shortened(words.say(problem.message), _STEP))
    if shown.danger and plan.purpose is not Purpose.DRIFT:
        count = words("{count} changes take answers from customers or overwrite somebody's work.", count=shown.danger)
        one = words("1 change takes an answer from customers or overwrites somebody's work.")
        yield alert("CAUTION", one if shown.danger == 1 else count)
    given = still_given(plan)
    if given:
        yield alert("CAUTION", words.say(given))
    if shown.empty and not shown.blocking:
        yield words.say(voice(plan.purpose).empty or nothing_to_do(plan)) + "\n\n"


def _blocks(plan: Plan, shown: Outline, words: Words) -> Iterator[Block]:
    """From the most important to the least; the names in dangerous blocks are kept whatever happens."""
    spoken = voice(plan.purpose)
    if shown.blocking:
        items = tuple(_problem(problem, words) for problem in shown.blocking)
        yield Block(words.say(spoken.stopped), items, danger=True)
    for group in shown.groups:
        yield _section(group, spoken, words)
    notices = [problem for problem in shown.notices if problem.kind is not ProblemKind.DIVERGED]
    if notices:
        yield Block(words("Notices"), tuple(_problem(problem, words) for problem in notices))
    if shown.lapsed:
        note = kept_note(plan)
        kept = tuple(untouched(item) for item in shown.lapsed)
        yield Block(words("No longer in git, kept live"), kept, note=words.say(note) if note else "", opened=True)
    for told, others in alien(shown):
        yield Block(words.say(told), tuple(untouched(item) for item in others))


def _section(group: Group, spoken: Voice, words: Words) -> Block:
    note = words.say(spoken.notes[group.section]) if group.section in spoken.notes else ""
    return Block(
        words.say(spoken.sections[group.section]),
        tuple(_item(change, group.section, voice=spoken, words=words) for change in group.changes),
        note=note,
        danger=group.section in DANGEROUS,
        opened=spoken.purpose is Purpose.DRIFT,
    )


def _item(change: Change, section: Section, *, voice: Voice, words: Words) -> Item:
    if isinstance(change, QuestionChange):
        content = change.after or change.before
        group = show_path(content.category) if content else ""
    else:
        group = ""
    silent = not isinstance(change, QuestionChange) and not (change.before and change.after)
    return Item(
        lambda width: line(change, section, width=width, voice=voice, words=words),
        None if silent else lambda limit: body(change, limit=limit, voice=voice, words=words),
        group=group or words("Categories"),
    )


def _problem(problem: Problem, words: Words) -> Item:
    where = f" <sub>{shortened(f'{problem.location.path}:{problem.location.line}', 80)}</sub>" if problem.location else ""
    return Item(lambda width: f"- {shortened(words.say(problem.message), 2 * width)}{where}\n", group=words("Problems"))


def untouched(item: Unmanaged) -> Item:
    """An object that is only named."""
    where = f" <sub>{shortened(show_path(item.category), 80)}</sub>" if item.kind is Kind.QUESTION else ""
    title = item.title if item.kind is Kind.QUESTION else show_path(item.category)
    return Item(lambda width: f"- {shortened(title, width)}{where}\n")


def _steps(plan: Plan, words: Words) -> Iterator[str]:
    steps = next_steps(plan)
    if steps:
        yield f"### {words.say(steps.title)}\n\n"
        yield from (f"- {shortened(words.say(line), _STEP)}\n" for line in steps.lines)
        yield "\n"


def _foot(plan: Plan, digest: str, words: Words) -> str:
    commit = plan.source.commit or words("uncommitted changes")
    parts = []
    if plan.purpose is not Purpose.DRIFT:
        parts.append(f"{words('Digest')} {code(digest)}")
    if plan.purpose is Purpose.SYNC:
        parts.append(f"{words('knowledge at')} {code(commit)}")
    if plan.purpose is not Purpose.UNDO:
        parts.append(shortened(words.say(base_label(plan)), 120))
    return f"<sub>{' · '.join(parts)}</sub>\n"
