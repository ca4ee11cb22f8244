"""The rubric of an evaluation: its order, files, and the library of the district."""
