"""The selection memo: what people write for it, issuing it, letters to vendors: use cases."""
