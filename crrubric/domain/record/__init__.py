"""The hash chain of the journal."""
