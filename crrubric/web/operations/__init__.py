"""What the people who run the site watch: health, figures, the log of requests."""

# the modules with a blueprint; `crrubric.web` registers them
BLUEPRINTS = ("monitoring", "site")
