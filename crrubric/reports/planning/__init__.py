"""Rosters with pace, chance, band and setting of each learner, as CSV and Excel."""
