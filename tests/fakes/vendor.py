"""The vendor's own package for UserSig and what it is known to sign; the tests hold ours and the sandbox to both."""

import os
import runpy
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

import pytest

__all__ = ["VECTORS", "Vector", "vendors_package"]


@dataclass(frozen=True, slots=True)
class Vector:
    """A known answer: an account at a moment, the HMAC inside (made once more with openssl), and the whole UserSig."""

    sdkappid: int
    identifier: str
    secret: str
    issued: int
    lifetime: int
    proof: str
    usersig: str


VECTORS = (
    Vector(
        1400000000,
        "administrator",
        "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e",  # the vendor's own demo key
        1700000000,
        86400,
        "yLAe+w7WUeUuqbV9h/TX78u21oTGi+i9Zp1u3PpnY60=",
        "eJyrVgrxCdYrSy1SslJQMtIzUNJRAItkpqTmlWSmZUIkElNyM-Myi0uKEkvyi2BKilOyEwsKMlOACgxNDKAAKpdaUZBZlAqUsTAzgQuWZOaChAzN0RQX"
        "Z6aDLKn0cUzVLjcPD00NLS1MCrPM0A*JMLcoNTLMD3HP1M60jCowLDUOKMiLNDOwVaoFAD4PNPI_",
    ),
    Vector(
        88888888,
        "admin",
        "0123456789abcdef" * 4,
        1735689600,
        15552000,
        "gyMIlUJu3vM8f75jYK3po9qfyxqOMsuR4SiEi6gZ5oU=",
        "eJyrVgrxCdYrSy1SslJQMtIzUNJRAItkpqTmlWSmZUIkElNyM-NgUsUp2YkFBZkpQAkLKIDKpFYUZBalAsUNTU1NjQwMDKDiJZm5YFFzY1MzC0szuHhx"
        "ZjrI9PRKX8*cUK9S4zJfizRz06xIb*OCfMvCtMqKQn-f4tIgk*BM10yz9CjT-FBbpVoAXRAzGw__",
    ),
    Vector(
        1500086040,
        "运维_admin-1",  # no legal UserID: UTF-8 in the HMAC, escapes in the JSON
        "kbsync-test-secret-not-a-real-key",
        1764000000,
        3600,
        "ZVgFDF9OpIg/UWYoQg/0mmDYA96YuXAmhc3poAKHc6c=",
        "eJw1jV0LgkAURP*K7HPpNW3VoAdBpCiI6HNDCHHX7RKri2kE0X9PLefxnGHmTfbrnfkUFZkZZGICGRk9QS6KGnP8iaTxcw5J44ncvaZcYTG2h*aD31Ot"
        "kbc9ewoAPgUX-k68NFaiNQ6FgdWoOmJ71IU*ww7K7upylHEUBxu9lNbhxMqttECpiIUBZc05VLfM0WW4WmQ0m5PPFy4fNjs_",
    ),
)


def vendors_package(wall: Callable[[], float]) -> Any:
    """Its class, in a copy of the module that takes the time from ``wall``.

    It exists as source only, so that nothing may depend on it and ``.ci/run`` installs it by a lock of its own. Elsewhere its
    tests are skipped; with KBSYNC_REQUIRE_VENDOR in the environment they are not.
    """
    if find_spec("TLSSigAPIv2") is None and not os.environ.get("KBSYNC_REQUIRE_VENDOR"):
        pytest.skip("tls-sig-api-v2 is not installed: pip install --no-build-isolation -r .ci/lock/vendor.txt")
    module = runpy.run_module("TLSSigAPIv2")
    module["time"] = SimpleNamespace(time=wall)
    return module["TLSSigAPIv2"]
