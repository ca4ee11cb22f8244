"""Outbox, reminders, notices: read from the database."""
