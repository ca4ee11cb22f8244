"""The journal in words."""

BLUEPRINTS: tuple[str, ...] = ()
