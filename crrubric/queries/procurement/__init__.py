"""Reading the purchase."""
