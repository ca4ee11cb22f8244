"""One-time links to the address of an account, in the place of a password."""
