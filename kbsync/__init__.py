"""kbsync keeps the small-talk library of a Tencent Cloud Desk chatbot in git: plan in the pull request, apply on merge."""

from importlib.metadata import version

__all__ = ["__version__"]

__version__ = version("kbsync")
