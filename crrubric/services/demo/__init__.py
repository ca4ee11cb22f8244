"""The invented district of the demo: the use cases."""
