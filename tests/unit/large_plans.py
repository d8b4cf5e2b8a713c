"""Plans that no comment can hold, made by rule so that every test sees the same ones."""

from dataclasses import replace

from kbsync.model import Content
from kbsync.plan import Action, Cause, Field, Plan, QuestionChange
from tests.unit.plans import plan_of, update

__all__ = ["large", "many_removals", "removed_titles"]

REMOVALS = 123


def large(*, creates: int = 2600, updates: int = 120, words: int = 700) -> Plan:
    """Fourteen million characters of long answers, and among them 123 removals with titles of their own."""
    prose = " ".join(f"word{number % 97}" for number in range(words))
    changes = [_created(number, f"{number} {prose}") for number in range(creates)]
    before = Content("", prose, ("Shipping", "Returns"))
    after = replace(before, answer=prose.replace("word13 ", "term13 "))
    for number in range(updates):
        title = f"What happens in case {number}?"
        changes.append(update(replace(before, question=title), replace(after, question=title), Field.ANSWER))
    changes[1000:1000] = [_removed(title, prose) for title in removed_titles()]
    return plan_of(*changes)


def removed_titles() -> tuple[str, ...]:
    """The titles of what the large plan removes."""
    return tuple(f"Is offer {number} of last year still good?" for number in range(REMOVALS))


def many_removals(number: int) -> Plan:
    """Nothing but removals, in thirty categories."""
    removals = (_removed(f"Is offer {index} of last year still good?", "No.", f"Offers {index % 30}") for index in range(number))
    return plan_of(*removals, _created(0, "Hello."))


def _created(number: int, answer: str) -> QuestionChange:
    content = Content(f"How does thing {number} work?", answer, ("Things", f"Shelf {number % 40}"))
    return QuestionChange(Action.CREATE, None, None, content, Cause.DECLARED)


def _removed(title: str, answer: str, category: str = "Offers") -> QuestionChange:
    return QuestionChange(Action.DELETE, f"id-{title}", Content(title, answer, (category,)), None, Cause.DECLARED)
