"""Accounts, sign-in, sessions, language of a person: read from the database."""
