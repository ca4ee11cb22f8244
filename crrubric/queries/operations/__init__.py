"""Reading how the site is doing."""
