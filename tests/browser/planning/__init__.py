"""The planning workbook in a browser."""
