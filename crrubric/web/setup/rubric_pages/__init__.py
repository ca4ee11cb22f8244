"""The rubric as a file, out and in; the library of the district."""
