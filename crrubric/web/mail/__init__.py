"""Outbox, reminders, notices: the pages."""
