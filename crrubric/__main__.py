"""`crrubric` and `python -m crrubric`: the commands, with the app factory in their hands."""

from crrubric.app import create_app
from crrubric.cli import root_group


def main() -> None:
    """Run the command line."""
    root_group(obj=create_app, prog_name="crrubric")


if __name__ == "__main__":
    main()
