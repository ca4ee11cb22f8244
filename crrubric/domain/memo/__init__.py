"""The selection memo as a tree of headings, paragraphs and tables; no file format."""
