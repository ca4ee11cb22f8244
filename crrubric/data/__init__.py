"""What crrubric ships as data."""
