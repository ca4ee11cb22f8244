"""Matrix, outcomes, scores, comparison, agreement, what if: figures and documents."""
