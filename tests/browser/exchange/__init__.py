"""Journeys in which files come and go."""
