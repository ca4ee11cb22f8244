"""What every room of this floor uses: the use cases."""
