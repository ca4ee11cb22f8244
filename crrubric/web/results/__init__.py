"""Matrix, outcomes, scores, comparison, agreement, what if: the pages."""
