"""How long ten thousand questions take to read, beside what PyYAML needs for its plain lists and dicts.

Run it by hand: ``python tests/bench/bench_reading.py [questions]``. All figures come from one run; the ratios matter.
"""

import random
import sys
import time
from collections.abc import Callable
from functools import partial

import yaml

from kbsync.files import load_tree

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


def seconds(work: Callable[[], object], rounds: int) -> float:
    """The best of several rounds."""
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return min(taken)


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
        ("yaml.load, CSafeLoader: lists and dicts only", seconds(partial(yaml.load, data, yaml.CSafeLoader), 3)),
        ("yaml.load, SafeLoader: the same in Python", seconds(partial(yaml.load, data, yaml.SafeLoader), 1)),
    ]
    sys.stdout.write(f"{count} questions, {len(data) / 1e6:.1f} MB, {len(text) / 1e6:.1f} M characters\n")
    for name, taken in rows:
        sys.stdout.write(f"{taken * 1000:8.0f} ms  {taken / rows[0][1]:6.1f} x  {name}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
