"""Questions to vendors and their answers: read from the database."""
