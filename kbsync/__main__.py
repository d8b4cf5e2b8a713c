"""``python -m kbsync`` is the console script."""

from kbsync.cli import main

if __name__ == "__main__":
    main()
