"""Several vendors at once, with all that their offers cost."""
