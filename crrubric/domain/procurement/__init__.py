"""What is recorded of the purchase itself: its facts, its checklist, the order of its steps."""
