"""Recording what belongs to the purchase."""
