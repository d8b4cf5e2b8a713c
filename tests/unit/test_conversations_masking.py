"""What points to one person is taken out of a text, and the words around it stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbsync.conversations.coverage import EMAIL, NUMBER, mask
from tests.fakes.naughty import SLOW_TEXTS, drawn_out


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("write to ann.lee+shop@mail.example.com please", "write to [email] please"),
        ("我的邮箱是ann@example.com谢谢", "我的邮箱是[email]谢谢"),
        ("邮件 用户@例子.中国", "邮件 [email]"),
        ("ann＠example.com", "[email]"),
        ("call +86 186 5506 1639", "call [number]"),
        ("call (138) 1234-5678 now", "call [number] now"),
        ("我的订单号是２０２４１２３４５６", "我的订单号是[number]"),
        ("card 6222 0212 3456 7890 123", "card [number]"),
        ("id 11010519491231002X", "id [number]X"),
        ("order AB123456", "order AB[number]"),
        ("https://u:p@shop.example/a/b?token=abc#x is it", "https://shop.example/a/b?[...] is it"),
        ("看https://shop.example/a#me怎么", "看https://shop.example/a#[...]怎么"),
        ("www.shop.example/x?id=7&k=v ok", "www.shop.example/x?[...] ok"),
        ("https://shop.example/orders/12345678", "https://shop.example/orders/[number]"),
    ],
)
def test_what_points_to_a_person_is_taken_out(text: str, masked: str) -> None:
    """Addresses, numbers in every spelling, and the tails of links become marks."""
    assert mask(text) == masked


@pytest.mark.parametrize("text", ["Is 24/7 true?", "size 42 or 1.5 kg?", "iPhone 15?", "a @ b", "Why?really", "@everyone"])
def test_ordinary_words_stay(text: str) -> None:
    """Short figures and stray signs are what people ask about."""
    assert mask(text) == text


@given(st.text(alphabet="ab1 @.:/?#=+-(é中１", max_size=60))
def test_nothing_is_left_to_mask(text: str) -> None:
    """What is masked holds no address and no long number, and masking it again finds no figures."""
    masked = mask(text)
    assert not any(run.isdigit() and len(run) > 4 for run in masked.split())
    assert mask(masked).count("[number]") == masked.count("[number]")


@pytest.mark.parametrize("piece", SLOW_TEXTS)
def test_hostile_texts_are_masked_to_their_end(piece: str) -> None:
    """No text is too long for the patterns; ``tests.bench.bench_hostile`` times those that would make them go back and forth."""
    harmless = drawn_out(piece, 50_000)
    kept = NUMBER if piece.isdigit() else harmless
    assert mask(harmless) == kept
    assert mask(f"{harmless} ann@example.com") == f"{kept} {EMAIL}"
