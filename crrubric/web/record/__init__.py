"""Journal, hash chain, verification: the pages."""
