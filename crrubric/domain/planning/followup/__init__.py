"""How the evaluation plan is followed up: measures and their values."""
