"""The offer of a vendor: what is done with its price lines."""
