"""Before and after the scoring: which learners need what, and how success is followed."""
