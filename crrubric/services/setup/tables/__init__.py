"""Tables of vendors and of people, line by line."""
