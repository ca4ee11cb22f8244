"""Matrix, outcomes, scores, comparison, agreement, what if: read from the database."""
