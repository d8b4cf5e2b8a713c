"""Where something is written: file, line, column. Nothing else."""

from dataclasses import dataclass

__all__ = ["Location"]


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a text file; ``line`` and ``column`` count from 1, columns in characters.

    ``path`` is in POSIX form and counts from the top of the repository, or from the current directory where there is none:
    a plan is the same from wherever it is made, and a review finds the file.
    """

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"
