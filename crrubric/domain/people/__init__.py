"""Rules of passwords, and languages."""
