"""Knowledge files and settings: YAML in, values and diagnostics out, by the rules of YAML 1.2; and edits of the files.

Reading: ``directory`` (names and bytes), ``source`` (text and its faults), ``parse`` and ``syntax`` (nodes), ``schema`` and
``kinds`` (the keys and their types), ``decode`` and ``configuration`` (values), ``loading`` (a whole directory, and faults that
only several files together can have).

Editing: ``cst`` (nodes with their places in the text), ``edit`` (changes of a text), ``emit`` (YAML for new values), ``rewrite``
(questions and categories), ``merging`` (a whole directory, verified), ``layout`` (``fmt``). Commands that edit nothing do not
import these.
"""

from kbsync.files.directory import SETTINGS_FILE, DiskFiles, is_yaml, meant
from kbsync.files.loading import Loaded, load_files, load_tree

__all__ = ["SETTINGS_FILE", "DiskFiles", "Loaded", "is_yaml", "load_files", "load_tree", "meant"]
