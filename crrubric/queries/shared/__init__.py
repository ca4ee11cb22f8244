"""What every room of this floor uses."""
