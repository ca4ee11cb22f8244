"""crrubric sso …"""

import click

from crrubric.cli.running import run_in_app
from crrubric.config import current_settings
from crrubric.domain.errors import Invalid
from crrubric.services.people.sign_on.calls import ProviderUnavailable, take_call_turn
from crrubric.services.people.sign_on.facts import fetch_keys, fetch_metadata
from crrubric.services.people.sign_on.flow import make_way_back
from crrubric.settings.providers import Provider


@click.group("sso")
def sso_group() -> None:
    """Look after single sign-on."""


@sso_group.command("check")
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
    click.echo(f"{code} ({provider.title})")
    click.echo(f"  redirect address to enter there: {make_way_back(code)}")
    try:
        with take_call_turn():
            metadata = fetch_metadata(provider)
            keys = fetch_keys(metadata.keys)
    except ProviderUnavailable as error:
        click.echo(f"  {error}")
        return False
    click.echo(f"  issuer: {metadata.issuer}")
    click.echo(f"  {len(keys)} keys, signs by {', '.join(metadata.algorithms) or 'any'}")
    click.echo(f"  people are found by addresses in: {', '.join(provider.domains) or 'none'}")
    return True
