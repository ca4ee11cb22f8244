"""Rubrics as files, out and in, and what differs between two of them."""
