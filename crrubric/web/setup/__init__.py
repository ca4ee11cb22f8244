"""Evaluation, phases, rubric, vendors, committee, assignment, practice, corrections: the pages."""
