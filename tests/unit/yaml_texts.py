"""Knowledge files as people might write them: every style, comments anywhere, keys in any order."""

from hypothesis import strategies as st

__all__ = ["TEXTS", "knowledge_files"]

LETTERS = "abc XYZ09 -:#,[]{}?&*!|>'\"%@`~=<\\/.\t\n你好？😀\u00a0\u2028\ufeff"

TEXTS = st.text(alphabet=LETTERS, min_size=1, max_size=30).filter(lambda text: not text.isspace())
"""Texts that the files can hold, most of them nasty."""

WORDS = st.text(alphabet="abcdefgh 你好", min_size=1, max_size=12).filter(lambda text: text == text.strip())


def quoted(text: str) -> str:
    """The text in double quotes, everything but letters escaped."""
    return '"' + "".join(sign if sign.isalnum() and sign.isascii() else f"\\U{ord(sign):08X}" for sign in text) + '"'


@st.composite
def scalars(draw: st.DrawFn, text: str, *, column: int) -> str:
    """One of the ways to write a text under a key at ``column``."""
    deep = " " * (column + draw(st.integers(1, 4)))
    ways = [quoted(text)]
    if all(sign.isalnum() or sign == " " for sign in text) and text == text.strip():
        ways += [
            f"'{text}'",
            f"|\n{deep}{text}",
            f">-  # why\n{deep}{text}\n",
            f"|-\n{deep}{text}\n\n",
            f"\n{deep}{quoted(text)}",
        ]
        ways += [text, text.replace(" ", f"\n{deep}"), f'"{text}"']
    return draw(st.sampled_from(ways))


@st.composite
def notes(draw: st.DrawFn, column: int) -> str:
    """Nothing, an empty line or a comment, at more or less the column of what follows."""
    away = " " * max(0, column + draw(st.sampled_from([0, 0, 0, 2, -2])))
    return draw(st.sampled_from(["", "", "", "\n", f"{away}# note\n", f"\n{away}# note\n{away}# more\n", "# far left\n"]))


@st.composite
def lists(draw: st.DrawFn, texts: list[str], *, column: int) -> str:
    """The items of a list under a key at ``column``."""
    if draw(st.booleans()):
        return f" [{', '.join(map(quoted, texts))}]"
    inner = column + draw(st.sampled_from([0, 2, 3]))
    items = [f"{draw(notes(inner))}{' ' * inner}- {draw(scalars(text, column=inner))}" for text in texts]
    return "\n" + "\n".join(items)


@st.composite
def questions(draw: st.DrawFn, texts: list[str], *, column: int) -> str:
    """One question as an item whose dash is at ``column``; its texts are used up."""
    gap = draw(st.sampled_from([2, 2, 3]))
    inner = column + gap
    pairs = [
        f"question: {draw(scalars(texts[0], column=inner))}",
        f"answer: {draw(scalars(texts[1], column=inner))}",
        *([f"similar:{draw(lists(texts[2:], column=inner))}"] if texts[2:] else []),
        *(["status: disabled"] if draw(st.booleans()) else []),
        *(["category: [Own, Path]"] if draw(st.booleans()) else []),
        *(["protected: true"] if draw(st.booleans()) else []),
    ]
    pairs = draw(st.permutations(pairs))
    lines = []
    for number, pair in enumerate(pairs):
        beside = draw(st.sampled_from(["", "", "  # beside", " # near", "   #1", " #1"])) if not {"|", ">"} & set(pair) else ""
        above = draw(notes(inner)) if number else ""
        lines.append(f"{above}{' ' * inner if number else ''}{pair}{beside}")
    return f"{draw(notes(column))}{' ' * column}-{' ' * (gap - 1)}" + "\n".join(lines)


@st.composite
def knowledge_files(draw: st.DrawFn) -> str:
    """A whole file with one or two documents."""
    texts = draw(st.lists(TEXTS | WORDS, min_size=2, max_size=16, unique=True))
    documents = []
    while len(texts) >= 2:
        items = []
        column = draw(st.sampled_from([0, 2, 4]))
        for _ in range(draw(st.integers(1, 3))):
            count = draw(st.integers(2, 4))
            if len(texts) >= count:
                items.append(draw(questions(texts[:count], column=column)))
                texts = texts[count:]
        if not items:
            break
        body = "\n".join(items)
        heads = [f"category: Some / Where\n{draw(notes(0))}questions:\n{body}", f"questions:  # all\n{body}\ncategory: [Here]"]
        documents.append(draw(notes(0)) + draw(st.sampled_from(heads)) + "\n" + draw(notes(0)))
    newline = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    return draw(st.sampled_from(["", "---\n"])).join(["", "---\n".join(documents)]).replace("\n", newline)
