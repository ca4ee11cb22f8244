"""Triage of learners: rosters that are read, worked on and handed back, and never stored."""
