"""Backups of the whole database, and bringing one back."""
