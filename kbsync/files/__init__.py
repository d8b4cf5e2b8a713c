"""Knowledge files and settings: YAML in, values and diagnostics out, by the rules of YAML 1.2.

Only reading is imported here, which needs PyYAML alone; what edits files imports its own library in its own module.
"""

from kbsync.files.loading import SETTINGS_FILE, Loaded, load, load_tree

__all__ = ["SETTINGS_FILE", "Loaded", "load", "load_tree"]
