"""Rubrics that belong to no evaluation."""
