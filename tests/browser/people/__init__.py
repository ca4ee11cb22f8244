"""Accounts and signing in, in a real browser."""
