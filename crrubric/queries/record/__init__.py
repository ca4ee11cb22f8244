"""Journal, hash chain, verification: read from the database."""
