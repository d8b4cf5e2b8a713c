"""Knowledge files and settings: YAML in, values and diagnostics out, by the rules of YAML 1.2; and edits of the files.

Reading goes from ``directory`` (names and bytes) over ``source`` (text and its faults), ``parse`` and ``syntax`` (nodes),
``kinds`` and ``schema`` (which keys there are, and what each may hold), ``decode`` and ``configuration`` (values) to ``agree``
(what only several files can get wrong); ``loading`` does it for a whole directory.

Editing goes by ``cst`` (places in the text): ``edit`` and ``emit`` change a text and write YAML, ``rewrite`` does it for
questions and categories, ``merging`` for a whole directory with proof; ``layout`` is ``fmt``. Commands that edit nothing do not
load it.
"""

from kbsync.files.directory import SETTINGS_FILE, DiskFiles, is_yaml, meant
from kbsync.files.loading import Loaded, load, load_files, load_tree

__all__ = ["SETTINGS_FILE", "DiskFiles", "Loaded", "is_yaml", "load", "load_files", "load_tree", "meant"]
