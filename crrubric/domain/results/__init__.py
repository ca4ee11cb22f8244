"""From tallies to outcomes, scores, cost and comparison."""
