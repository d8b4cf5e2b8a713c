r"""Texts that peers' users have hit: every one must come through every door unharmed and be shown without harm.

Surrogates alone are no text: they stand in ``BROKEN``, for the doors that must refuse them in words.
"""

__all__ = ["BROKEN", "NAUGHTY", "SLOW_MARKUP", "SLOW_TEXTS", "drawn_out"]

NAUGHTY = (
    # Emoji: joined, coloured, flags, keycaps.
    "👩‍👩‍👧‍👦 👍🏽 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🇨🇳 1️⃣",
    # Right to left, mixed, and its overrides.
    "مرحبا كيف حالك؟ Hello עולם",
    "\u202egnp.exe\u202c \u2066isolated\u2069 \u200fmark\u200e",
    # Nothing to see.
    "zero\u200bwidth\u200cnon\u200djoiner\u2060word\ufeff",
    "\u00ad\u034f\u115f\u3164\u180e\U000e0041",
    "no\u00a0break\u202fspaces\u2003here\u3000",
    # The same to the eye, not to the machine.
    "Cafe\u0301 Café ﬁ ﷺ Ａ Åa\u030a",
    "Z̸̧͓̖a̵̛̤l̶̢̮g̷̣̍o̴̤͐",
    "раураl.com",
    "İstanbul ß ẞ ı ǅ",
    # Chinese, with rare characters outside the basic plane.
    "你是机器人吗？“是的”，…—— 𠮷野家 㐂 龘",
    "，。、；：？！（）《》",
    # What other languages call nothing.
    "null",
    "NULL",
    "None",
    "undefined",
    "nil",
    "~",
    "NaN",
    "-",
    "--",
    "---",
    "...",
    "''",
    '""',
    # Numbers, dates and truths.
    "0",
    "-0",
    "007",
    "1.10",
    "1e3",
    "0x1F",
    "1_000",
    "12:30",
    "2024-01-01",
    "1,000.00",
    "no",
    "Yes",
    "on",
    "TRUE",
    "∞",
    "½",
    # What YAML would like to read.
    "a: b",
    "- item",
    "# no comment",
    "a #b",
    "key:",
    "? complex",
    "& anchor *alias",
    "!!python/object/apply:os.system ['true']",
    "{a: 1}",
    "[1, 2]",
    "<<: *a",
    "%TAG ! x",
    "| block",
    "> folded",
    "@at `tick`",
    "'it''s'",
    'say "hi"',
    "back\\slash \\n \\x41",
    "tab\tinside",
    "two\nlines",
    "three\n\n\nlines\n  indented",
    # Markup.
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "<b>bold</b> &amp; &lt;b&gt; &#60;",
    "</textarea></details></title><!-- -->",
    "javascript:alert(1)",
    "]]> <![CDATA[ x ]]>",
    # Markdown.
    "# heading",
    "* star _under_ **bold** `code` ~~gone~~",
    "```\nfence\n```",
    "[link](https://example.invalid) ![pic](x)",
    "| a | b |\n|---|---|",
    "@everyone #123 owner/name#1",
    "> [!CAUTION]",
    # Orders to a CI runner.
    "::set-output name=x::y",
    "::error file=a.py,line=1::boom",
    "\n::add-mask::secret",
    "##[command]rm",
    "%0A::stop-commands::x",
    "line\r\n::warning::x",
    # Orders to a terminal.
    "\x1b[31mred\x1b[0m \x1b[2J\x1b]0;title\x07",
    "\x1b]8;;https://evil.invalid\x1b\\link\x1b]8;;\x1b\\",
    "bell\x07 back\x08space \x7f",
    "\x9b31m C1 \x85 \x90",
    # Orders to a template or a shell.
    "{0} {name} {{x}} {",
    "%s %d %(x)s %n %",
    "${HOME} $(id) `id` ; rm -rf /",
    "{% raw %} {{ 7*7 }} {# #}",
    "'; DROP TABLE question; --",
    "../../etc/passwd",
    "C:\\nul\\con",
    # Lines that are none.
    "line\u2028separator\u2029paragraph\x0bvertical\x0cform",
    "ends with a blank ",
    " begins with one",
    " ",
    # Long.
    "long " * 300,
    "长" * 1000,
    "a\u0301" * 300,
    "x" * 3000,
)
"""Every text that is one."""

BROKEN = ("\ud800", "a\udfffb", "\udc80", "nul\x00byte")
"""What no UTF-8 file and no honest service can hold."""

SLOW_MARKUP = ('<a "', "<a '<a \"", "<", "<a b=", "<a" + " b" * 50)
"""Repeated, these make a careless pattern for tags go back and forth."""

SLOW_TEXTS = ("a", "1", "a.", "a@", "http://", "?")
"""Repeated, these do the same to a careless pattern for addresses, numbers and links."""


def drawn_out(piece: str, length: int) -> str:
    """A piece as often as it fits into so many characters."""
    return piece * (length // len(piece))
