"""The chapters of the memo: each puts its facts into blocks."""
