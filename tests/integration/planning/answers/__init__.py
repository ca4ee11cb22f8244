"""Answers of the workbook, one by one: saved as they are typed, and followed by open pages."""
