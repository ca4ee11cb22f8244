"""A state machine: random people do random things, and the record holds."""
