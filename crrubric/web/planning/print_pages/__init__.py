"""The planning workbook on paper."""
