"""The switches: read from words, flipped one by one."""

import dataclasses

import pytest

from kbsync.errors import Misuse
from kbsync.rehearsal import DEFAULTS, DEMO, Account, Switches


def test_words_set_switches_of_every_type() -> None:
    """Names are written with dashes or underscores, values as what they are."""
    switches = Switches.from_words(["page-cap=20", "order=newest", "add_returns_id=yes", "read-lag=1.5", "batch-max=none"])
    assert switches == dataclasses.replace(
        DEFAULTS, page_cap=20, order="newest", add_returns_id=True, read_lag=1.5, batch_max=None
    )
    assert Switches.from_words([]) == DEFAULTS


@pytest.mark.parametrize("word", ["page-cap", "nonsense=1", "=", ""])
def test_an_unknown_switch_is_answered_with_the_list(word: str) -> None:
    """A word that names no switch is a misuse, and the hint names those that are."""
    with pytest.raises(Misuse, match="is not a sandbox switch") as raised:
        Switches.from_words([word])
    assert "page-cap, page-refusal" in str(raised.value.hint)


@pytest.mark.parametrize(
    ("word", "choices"),
    [
        ("order=sideways", "oldest | newest | by-id | updated | shuffled"),
        ("add-returns-id=perhaps", "yes | no"),
        ("page-cap=many", "a whole number | none"),
        ("page-cap=-1", "a whole number | none"),
        ("read-lag=nan", "seconds, such as 2.0"),
        ("read-lag=inf", "seconds, such as 2.0"),
    ],
)
def test_a_wrong_value_is_answered_with_the_choices(word: str, choices: str) -> None:
    """A value that a switch cannot take is a misuse that says what it takes."""
    with pytest.raises(Misuse, match=f"{word.partition('=')[0]} cannot be") as raised:
        Switches.from_words([word])
    assert str(raised.value.hint) == f"It takes {choices}."


def test_variants_flip_every_switch_and_can_be_written_as_words() -> None:
    """Each switch is flipped at least once, no variant is the default, and its name reads back as itself."""
    variants = Switches.variants()
    flipped = {field.name for field in dataclasses.fields(Switches) for _, each in variants if _differs(each, field.name)}
    assert flipped == {field.name for field in dataclasses.fields(Switches)}
    assert DEFAULTS not in [switches for _, switches in variants]
    assert all(Switches.from_words(name.split()) == switches for name, switches in variants)
    assert len({name for name, _ in variants}) == len(variants)


def _differs(switches: Switches, name: str) -> bool:
    return bool(getattr(switches, name) != getattr(DEFAULTS, name))


def test_an_account_does_not_show_its_key() -> None:
    """The secret stays out of the account's text form."""
    assert DEMO.secret not in repr(DEMO)
    assert repr(Account(sdkappid=5)) == "Account(sdkappid=5, identifier='administrator')"
