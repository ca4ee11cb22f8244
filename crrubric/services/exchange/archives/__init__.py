"""Making an archive: everything that the memo rests on, as one file."""
