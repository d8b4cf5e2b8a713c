"""How long ten thousand questions take to read and to search for near duplicates, beside what PyYAML needs for lists and dicts.

Run it by hand: ``python -m tests.bench.bench_reading [questions]``. Wordings with the same figures in them are compared, so the
search is tried where each question has a number of its own, and where none has any: two thousand words, long ones of Latin
letters or short ones of six hundred others, and the library is an eighth of the size to twice the size. All figures come from one
run, in seconds of the processor; the ratios matter.
"""

import random
import sys
import time
from collections.abc import Callable
from functools import partial

import yaml

from kbsync.checks.alike import find_near_duplicates
from kbsync.files import load_tree
from kbsync.model import Content, Knowledge, Question

CHINESE = "你好我们的快递通常在三个工作日内送达如果超过时间请联系客服人员为您查询物流信息谢谢"
ENGLISH = ("when", "will", "my", "parcel", "arrive", "how", "long", "does", "delivery", "take", "please", "ask", "an", "agent")


def knowledge(count: int) -> str:
    """A file of so many questions, half of them Chinese, with four lines of answer and four other wordings each."""
    chance = random.Random(7)

    def words(number: int, *, chinese: bool) -> str:
        return "".join(chance.choices(CHINESE, k=2 * number)) if chinese else " ".join(chance.choices(ENGLISH, k=number))

    lines = ["category: Shipping / Delivery times", "questions:"]
    for number in range(count):
        chinese = number % 2 == 1
        lines += [f"  - question: {words(8, chinese=chinese)} {number}?", "    answer: |"]
        lines += [f"      {words(15, chinese=chinese)}" for _ in range(4)]
        lines += ["    similar:"]
        lines += [f"      - {words(5, chinese=chinese)} {number} {other}" for other in range(4)]
    return "\n".join(lines) + "\n"


def without_figures(count: int, *, chinese: bool = False) -> Knowledge:
    """As many questions and wordings of three to nine words, some of which are said much more often than others."""
    chance = random.Random(1)
    letters, longest = (list(map(chr, range(0x4E00, 0x4E00 + 600))), 3) if chinese else ([*"etaoinshrdlucmfwypvbgk"], 9)
    words = ["".join(chance.choices(letters, k=chance.randint(min(2, longest - 2), longest))) for _ in range(2000)]
    shares = [1 / (rank + 3) for rank in range(len(words))]

    def wording() -> str:
        return " ".join(chance.choices(words, shares, k=chance.randint(3, 9)))

    similar = (tuple(wording() for _ in range(4)) for _ in range(count))
    return Knowledge((), tuple(Question(Content(wording(), "Yes.", ("Shop",), similar=each)) for each in similar))


def seconds(work: Callable[[], object], rounds: int) -> float:
    """The best of several rounds."""
    taken = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return min(taken)


def searched(library: Knowledge) -> int:
    """How many pairs of questions are told."""
    return sum(1 for _ in find_near_duplicates(library, {}))


def main(count: int) -> None:
    """Print the figures."""
    text = knowledge(count)
    data = text.encode()
    ours = partial(load_tree, {"faq.yaml": data}, shown_as="knowledge", settings=False)
    loaded = ours()
    if loaded.diagnostics or len(loaded.knowledge.questions) != count:
        sys.exit("the generated file has faults")
    rows = [
        ("kbsync.files: values, places, every check", seconds(ours, 5)),
        ("near duplicates, a number in each", seconds(partial(searched, loaded.knowledge), 3)),
        *(
            (
                f"near duplicates, no numbers, {'short' if chinese else 'long'} words, {5 * size:,} wordings",
                seconds(partial(searched, without_figures(size, chinese=chinese)), 1),
            )
            for chinese in (True, False)
            for size in (count // 8, count // 4, count // 2, count, count * 2)
        ),
        ("yaml.load, CSafeLoader: lists and dicts only", seconds(partial(yaml.load, data, yaml.CSafeLoader), 3)),
        ("yaml.load, SafeLoader: the same in Python", seconds(partial(yaml.load, data, yaml.SafeLoader), 1)),
    ]
    sys.stdout.write(f"{count} questions, {len(data) / 1e6:.1f} MB, {len(text) / 1e6:.1f} M characters\n")
    for name, taken in rows:
        sys.stdout.write(f"{taken * 1000:8.0f} ms  {taken / rows[0][1]:6.1f} x  {name}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
