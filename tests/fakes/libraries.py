"""Random libraries for property tests: small, and full of the coincidences that break planners."""

from dataclasses import replace

from hypothesis import strategies as st

from kbsync.diagnostics import Location
from kbsync.model import AnswerType, Category, Content, Knowledge, MenuType, Question, Status

__all__ = ["declared", "live_libraries", "triples"]

PATHS = (("A",), ("A", "One"), ("A", "Two"), ("B",))
TEXTS = tuple(f"Question {letter}?" for letter in "abcdefgh")
ANSWERS = ("Yes.", "No.", "Perhaps, it depends on the day.")
PRESET = Category(("Preset",), 10506, MenuType.PRESET)

contents = st.builds(
    Content,
    question=st.sampled_from(TEXTS),
    answer=st.sampled_from(ANSWERS),
    category=st.sampled_from(PATHS),
    answer_type=st.sampled_from(list(AnswerType)),
    similar=st.lists(st.sampled_from(["x1", "x2"]), max_size=1).map(tuple),
    status=st.sampled_from(list(Status)),
)


def _distinct(found: list[Content]) -> list[Content]:
    """One content a text, and each similar text in one place only, as valid files have it."""
    by_text = {content.question: content for content in found}
    seen: set[str] = set()
    kept = []
    for content in by_text.values():
        kept.append(replace(content, similar=tuple(text for text in content.similar if text not in seen)))
        seen.update(content.similar)
    return kept


@st.composite
def declared(draw: st.DrawFn) -> Knowledge:
    """A library as files declare it: every used category is declared, texts are distinct, places are known."""
    found = _distinct(draw(st.lists(contents, max_size=6)))
    used = {path[:depth] for content in found for path in [content.category] for depth in (1, 2)}
    extra = draw(st.sets(st.sampled_from(PATHS), max_size=2))
    paths = sorted(used | extra | {path[:1] for path in extra})
    owned = draw(st.sets(st.sampled_from(PATHS), max_size=1))
    return Knowledge(
        tuple(Category(path, authoritative=path in owned, location=Location("kb/a.yaml", 1)) for path in paths),
        tuple(
            Question(content, protected=draw(st.booleans()), location=Location("kb/a.yaml", 10 + number))
            for number, content in enumerate(found)
        ),
    )


@st.composite
def live_libraries(draw: st.DrawFn) -> Knowledge:
    """A library as the service tells it: ids everywhere, a preset category that nobody may touch."""
    source = draw(declared())
    categories = tuple(Category(item.path, 20000 + number) for number, item in enumerate(source.categories))
    questions = tuple(Question(item.content, id=f"q{number}") for number, item in enumerate(source.questions))
    preset = Question(Content("Who are you?", "A robot.", PRESET.path), id="preset")
    return Knowledge((PRESET, *categories), (*questions, preset))


@st.composite
def triples(draw: st.DrawFn) -> tuple[Knowledge, Knowledge, Knowledge | None]:
    """Desired, live and base, often related as they are in life: one was made from the other."""
    base = draw(st.none() | declared())
    desired = draw(declared() if base is None else st.just(base) | declared())
    return desired, draw(live_libraries()), base
