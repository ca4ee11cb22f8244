"""What every page uses: access, forms, words, errors, headers, navigation, session."""

# the modules with a blueprint; `crrubric.web` registers them
BLUEPRINTS = ("delivery.assets", "language", "style")
