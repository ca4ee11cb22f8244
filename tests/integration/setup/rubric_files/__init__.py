"""Rubric files, and the library of rubrics."""
