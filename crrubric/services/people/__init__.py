"""Accounts, sign-in, sessions, language of a person: the use cases."""
