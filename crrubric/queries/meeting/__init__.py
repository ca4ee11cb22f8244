"""Meetings, findings, decision, ranking, positions, commitments: read from the database."""
