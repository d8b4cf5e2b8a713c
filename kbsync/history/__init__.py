"""Git as memory and referee: the base of a plan, the ref of what was applied, the lock of a target. Nothing here knows YAML.

Each name is imported from its own module, so that a command loads what it needs: most do without the lock.
"""
