"""Passkeys (WebAuthn): making them, and using them as the second step or alone."""
