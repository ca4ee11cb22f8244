"""Evaluations, rubric, assignment, practice: read from the database."""
