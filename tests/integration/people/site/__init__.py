"""The site as a whole: its district, what it shows of it."""
