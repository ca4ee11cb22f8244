"""Files in and out: CSV, JSON: read from the database."""
