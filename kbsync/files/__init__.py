"""Knowledge files and settings: YAML in, values and diagnostics out, by the rules of YAML 1.2.

Only reading is imported here; what edits files is imported by those who need it.
"""

from kbsync.files.directory import DiskFiles
from kbsync.files.loading import SETTINGS_FILE, Loaded, load, load_files, load_tree

__all__ = ["SETTINGS_FILE", "DiskFiles", "Loaded", "load", "load_files", "load_tree"]
