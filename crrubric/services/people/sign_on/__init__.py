"""Single sign-on: speaking with providers, and whose account somebody is whom they send."""
