"""Files in and out: CSV, JSON: the pages."""
