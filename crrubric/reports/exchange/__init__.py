"""Files in and out: CSV, JSON: figures and documents."""
