"""Meetings, findings, decision, ranking, positions, commitments: the pages."""
