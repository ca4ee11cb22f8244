"""Questions to vendors and their answers: the use cases."""
