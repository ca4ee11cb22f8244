"""The planning workbook: rosters of learners, which are never stored; the vote on must-haves."""
