"""Tables of the purchase."""
