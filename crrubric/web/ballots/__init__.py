"""Ballots, declarations, evidence, files, seals, entries on behalf: the pages."""
