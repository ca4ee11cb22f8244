"""`python -m crrubric` is the same as `crrubric`."""

from crrubric.cli import main

if __name__ == "__main__":
    main()
