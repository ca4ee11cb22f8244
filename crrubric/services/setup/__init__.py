"""Evaluation, phases, rubric, vendors, committee, corrections: the use cases."""
