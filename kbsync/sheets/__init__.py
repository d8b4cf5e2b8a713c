"""The library as a table that people edit: its columns, its files, and what a table that comes back changes."""
