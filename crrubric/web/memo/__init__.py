"""The selection memo: the pages."""
