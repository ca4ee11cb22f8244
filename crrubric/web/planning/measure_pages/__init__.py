"""How the evaluation plan is going: measures, and what they came to."""
