"""The selection memo: figures and documents."""
