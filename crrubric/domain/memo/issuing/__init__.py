"""Issuing a memo: what it says of itself, and roles instead of names."""
