"""Builds the real doors from settings and joins them to the work. The only place that knows concrete classes.

What a command is called and what it prints belongs to ``cli/``.
"""
