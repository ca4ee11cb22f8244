"""Pages of the set-up in a browser."""
