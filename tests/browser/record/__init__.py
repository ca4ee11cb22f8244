"""The record in a browser."""
