"""Files in and out: CSV, JSON: the use cases."""
