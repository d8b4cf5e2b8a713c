"""Use cases: what happens in each command, and the composition of the concrete readers, writers, locks and files."""
