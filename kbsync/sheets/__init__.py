"""The library as a table that people edit: its columns, its file formats, and the import of an edited table."""
