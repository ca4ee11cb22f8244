"""Ballots, declarations, evidence, files, seals, entries on behalf: read from the database."""
