"""Several vendors or people at once: a table is pasted, looked through, corrected, then taken."""
