"""crrubric settings …"""

import click

from crrubric.config import instance_folder
from crrubric.settings.document import describe_settings, write_document
from crrubric.settings.reading import Sources, read_settings


@click.group("settings")
def settings_group() -> None:
    """Show the settings."""


@settings_group.command("show")
def show() -> None:
    """List the settings in force, each with its origin; secrets are masked.

    Origins: default, file (settings.toml in the instance folder), environment (CRRUBRIC_*).
    """
    instance = instance_folder()
    settings = read_settings(instance, {})
    for line in describe_settings(settings, Sources(instance, {})):
        click.echo(line)


@settings_group.command("document")
def document() -> None:
    """Print every setting with type, default, meaning and example, as docs/settings.md has it."""
    click.echo(write_document(), nl=False)
