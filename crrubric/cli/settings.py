"""crrubric settings …"""

import click

from crrubric.cli.running import (
    find_folder,
    make_app,
    print_line,
    read_site_revision,
    refuse_missing_folder,
    run_in_app,
)
from crrubric.cli.serving import RUNNING, hold_server_lock
from crrubric.config import (
    FORMER_KEY_FILE,
    current_settings,
    replace_secret,
    settings_of,
)
from crrubric.domain.errors import Invalid
from crrubric.services.people.app_secrets import encrypt_app_secrets_anew
from crrubric.services.people.sign_on.calls import ProviderUnavailable, take_call_turn
from crrubric.services.people.sign_on.facts import fetch_keys, fetch_metadata
from crrubric.services.people.sign_on.flow import make_way_back
from crrubric.settings.document import describe_settings, write_document
from crrubric.settings.providers import Provider
from crrubric.settings.reading import Sources, read_settings


@click.group("settings")
def settings_group() -> None:
    """Show the settings."""


@settings_group.command("show")
def show() -> None:
    """List the settings in force, each with its origin; secrets are masked.

    Origins: default, file (settings.toml in the instance folder), environment (CRRUBRIC_*).
    """
    instance = find_folder()
    settings = read_settings(instance, {})
    for line in describe_settings(settings, Sources(instance, {})):
        print_line(line)


@settings_group.command("document")
def document() -> None:
    """Print every setting with type, default, meaning and example, as docs/settings.md has it."""
    click.echo(write_document(), nl=False)


@settings_group.command("renew-secret")
def renew_secret() -> None:
    """Replace the site's secret, for instance after somebody may have read it.

    Stop every server first. Everybody signs in anew; passwords, passkeys, recovery codes and
    authenticator apps go on working.

    Where SECRET_KEY is set, put another one there, and this one into FORMER_SECRET_KEY, before.
    """
    refuse_missing_folder()
    app = make_app()
    settings = settings_of(app)
    if settings.SECRET_KEY and not settings.FORMER_SECRET_KEY:
        raise Invalid(
            "SECRET_KEY is set: put it into FORMER_SECRET_KEY, another one into SECRET_KEY, and"
            " give this command again."
        )
    with app.app_context():
        read_site_revision()
    with hold_server_lock(app, RUNNING):
        if not settings.SECRET_KEY:
            replace_secret(settings.INSTANCE)
        with make_app().app_context():
            kept, lost = encrypt_app_secrets_anew()
        (settings.INSTANCE / FORMER_KEY_FILE).unlink(missing_ok=True)
    print_line(f"The secret is a new one. Authenticator apps that go on working: {kept}")
    if lost:
        print_line(f"Kept under neither secret, to be set up anew: {lost}", err=True)
    if settings.FORMER_SECRET_KEY:
        print_line("Take FORMER_SECRET_KEY out of the settings, and start the servers.")


@settings_group.command("providers")
@run_in_app
def check_providers_now() -> None:
    """Ask each provider of SSO_PROVIDERS how it is reached, and print what it has to be told.

    Whether it takes client_id and client_secret shows the first sign-in.
    """
    providers = current_settings().SSO_PROVIDERS
    if not providers:
        raise Invalid("There is no provider in SSO_PROVIDERS.")
    good = [report_provider(code, provider) for code, provider in providers.items()]
    if not all(good):
        raise Invalid("Not every provider can be used.")


def report_provider(code: str, provider: Provider) -> bool:
    """Print what is to be known of a provider. Returns: whether it can be used."""
    print_line(f"{code} ({provider.title})")
    print_line(f"  redirect address to enter there: {make_way_back(code)}")
    try:
        with take_call_turn():
            metadata = fetch_metadata(provider)
            keys = fetch_keys(metadata.keys)
    except ProviderUnavailable as error:
        print_line(f"  {error}")
        return False
    print_line(f"  issuer: {metadata.issuer}")
    print_line(f"  keys: {len(keys)}, signs by {', '.join(metadata.algorithms) or 'any'}")
    print_line(f"  people are found by addresses in: {', '.join(provider.domains) or 'none'}")
    return True
