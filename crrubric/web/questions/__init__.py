"""Questions to vendors and their answers: the pages."""
