"""What people write for the memo and for letters to vendors: use cases."""
