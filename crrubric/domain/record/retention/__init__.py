"""How long records are kept, and what removing one does."""
