"""The archive of an evaluation: its container, its manifest, and whether it fits together."""
