"""crrubric doctor, by what it looks at."""
