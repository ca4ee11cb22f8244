"""Outbox, reminders, notices: the use cases."""
