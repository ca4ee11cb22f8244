"""What makes a run of the tests: which of them, what runs beside them, what counts as a failure."""
