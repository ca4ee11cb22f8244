"""The renderers of papers: web page, Word, PDF."""
