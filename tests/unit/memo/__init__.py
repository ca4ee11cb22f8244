"""Tests of the memo without a database."""
