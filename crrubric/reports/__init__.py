"""Domain values become rows, figures and documents here; nothing here knows a database."""
