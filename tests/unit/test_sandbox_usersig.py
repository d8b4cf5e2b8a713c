"""The sandbox's verifier of UserSig, against known answers, the vendor's package and every kind of damage."""

import base64
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbsync.desk.signing import usersig
from kbsync.rehearsal import DEFAULTS, DEMO, Account, Switches
from kbsync.sandbox.gate import check_usersig
from kbsync.sandbox.replies import Refusal
from tests.fakes.caller import pack, sign
from tests.fakes.vendor import VECTORS, Vector, vendors_package

NOW = 1_760_000_000


def verdict(usersig: str, *words: str, account: Account = DEMO, identifier: str = "administrator", now: float = NOW) -> int:
    """0 when accepted, else the code."""
    try:
        check_usersig(usersig, identifier=identifier, account=account, switches=Switches.from_words(words), now=now)
    except Refusal as refusal:
        return int(refusal.code)
    return 0


@pytest.mark.parametrize("known", VECTORS, ids=["demo", "long-lived", "non-ascii"])
def test_known_answers_are_accepted(known: Vector) -> None:
    """The published vectors pass while they are valid and not a second longer."""
    account = Account(sdkappid=known.sdkappid, identifier=known.identifier, secret=known.secret)
    ends = known.issued + known.lifetime
    assert verdict(known.usersig, account=account, identifier=known.identifier, now=ends - 1) == 0
    assert verdict(known.usersig, account=account, identifier=known.identifier, now=ends) == 70001


def test_a_user_buffer_is_part_of_what_is_signed() -> None:
    """A token with a user buffer is accepted, and with another buffer under the same signature it is not."""
    made = usersig(DEMO.sdkappid, "administrator", DEMO.secret, issued=NOW, lifetime=60, userbuf=b"abc")
    assert verdict(made) == 0
    assert verdict(sign(DEMO, time=NOW, changed={"TLS.userbuf": "YWJj"})) == 70009


def test_the_vendors_own_package_is_understood() -> None:
    """What the vendor's package signs now is accepted now, with a user buffer too."""
    signer = vendors_package(lambda: NOW)(DEMO.sdkappid, DEMO.secret)
    assert verdict(signer.gen_sig("administrator")) == 0
    assert verdict(signer.gen_sig_with_userbuf("administrator", 3600, b"abc")) == 0


def test_each_wrong_field_has_its_code() -> None:
    """Another identifier, application or key, an old token and an empty one are told apart."""
    assert verdict("") == 70002
    assert verdict(sign(DEMO, time=NOW, identifier="somebody")) == 70013
    assert verdict(sign(Account(sdkappid=5), time=NOW)) == 70014
    assert verdict(sign(Account(secret="another"), time=NOW)) == 70009
    assert verdict(sign(DEMO, time=NOW - 86400)) == 70001


def test_the_order_of_the_checks_is_a_switch() -> None:
    """A token that is wrong in every way is refused for the reason that the switch puts first."""
    wrong = sign(Account(sdkappid=5, secret="another"), time=NOW - 90000, identifier="somebody")
    assert verdict(wrong, "signature-order=identity-first") == 70013
    assert verdict(wrong, "signature-order=signature-first") == 70009
    assert verdict(wrong, "signature-order=expiry-first") == 70001


def test_a_clock_ahead_is_tolerated_as_far_as_the_switch_says() -> None:
    """A token from the future passes by default, and up to the tolerance when there is one."""
    assert verdict(sign(DEMO, time=NOW + 61)) == 0
    assert verdict(sign(DEMO, time=NOW + 61), "clock-skew=60") == 70003
    assert verdict(sign(DEMO, time=NOW + 60), "clock-skew=60") == 0


@pytest.mark.parametrize(
    "usersig",
    [
        "not base64!",
        "AAAA",
        base64.b64encode(zlib.compress(b"{}")[:-6]).decode(),
        pack(b"[]"),
        pack(b"{"),
        pack(b"\xff"),
        pack(b"[" * 60000),
        pack(b" " * 10_000_000),
        sign(DEMO, time=NOW, changed={"TLS.ver": "1.0"}),
        sign(DEMO, time=NOW, changed={"TLS.time": "now"}),
        sign(DEMO, time=NOW, changed={"TLS.expire": True}),
        sign(DEMO, time=NOW, changed={"TLS.sig": None}),
        sign(DEMO, time=NOW, changed={"TLS.userbuf": 1}),
    ],
)
def test_what_cannot_be_decoded_is_illegal(usersig: str) -> None:
    """Damage of any layer, a bomb of ten megabytes among it, is 70003."""
    assert verdict(usersig) == 70003


def test_half_a_letter_is_only_a_wrong_name() -> None:
    """A lone surrogate in a token is compared and refused like any other name."""
    assert verdict(sign(DEMO, time=NOW, changed={"TLS.identifier": "\ud800"})) == 70013
    assert verdict(sign(DEMO, time=NOW, changed={"TLS.sig": "\ud800"})) == 70009


@given(st.text())
def test_no_text_is_accepted_by_chance(usersig: str) -> None:
    """Whatever stands in the parameter, the answer is a refusal and never another exception."""
    with pytest.raises(Refusal):
        check_usersig(usersig, identifier="administrator", account=DEMO, switches=DEFAULTS, now=NOW)
