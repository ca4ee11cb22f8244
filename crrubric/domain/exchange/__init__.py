"""Files in and out: their values."""
