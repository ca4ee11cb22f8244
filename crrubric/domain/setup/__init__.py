"""Rubric, phases, assignment: what is settled before anybody scores."""
