"""Issuing the selection memo."""
