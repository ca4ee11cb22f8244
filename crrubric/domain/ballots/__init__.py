"""Ballots, evidence, files and receipts as plain values."""
