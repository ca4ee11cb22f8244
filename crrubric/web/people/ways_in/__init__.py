"""Ways to sign in beside passwords and providers, and confirming that one is still there."""
