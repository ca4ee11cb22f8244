"""The pages of the offer and the cost of a vendor."""
