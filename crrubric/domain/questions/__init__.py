"""Questions to vendors and their answers."""
