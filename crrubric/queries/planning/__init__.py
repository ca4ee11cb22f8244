"""Reading the planning workbook: the vote on must-haves."""
