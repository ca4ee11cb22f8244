"""Meetings, findings, decision, ranking, positions, commitments: the use cases."""
