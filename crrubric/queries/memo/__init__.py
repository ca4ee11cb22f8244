"""The selection memo: read from the database."""
