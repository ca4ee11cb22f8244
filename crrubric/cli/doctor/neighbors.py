"""Whether what the site relies on answers: mail server, virus scanner, providers."""

from collections.abc import Iterator

from crrubric.cli.doctor.diagnosis import Diagnosis, tell_fault, tell_fine, tell_oddity
from crrubric.services.mail.smtp import ServerDown, SmtpClient
from crrubric.services.people.sign_on.calls import ProviderUnavailable, take_call_turn
from crrubric.services.people.sign_on.facts import fetch_keys, fetch_metadata
from crrubric.services.shared.virus_scanner import ScannerUnavailable, greet_scanner
from crrubric.settings.model import Settings


def examine_mail(settings: Settings) -> Iterator[Diagnosis]:
    """Whether the mail server takes us."""
    if not settings.MAIL_HOST:
        yield tell_oddity("Mail is off: people get no invitations and reminders, links are copied.")
        return
    where = f"The mail server {settings.MAIL_HOST}"
    try:
        with SmtpClient() as client:
            client.greet()
    except ServerDown as error:
        yield tell_fault(f"{where} does not take us ({error}): look at the settings MAIL_….")
    else:
        yield tell_fine(f"{where} takes us.")


def examine_scanner(where: str) -> Iterator[Diagnosis]:
    """Whether the virus scanner answers."""
    if not where:
        yield tell_oddity("Files are not scanned for viruses: set VIRUS_SCANNER, if you have one.")
        return
    try:
        version = greet_scanner(where)
    except ScannerUnavailable as error:
        yield tell_fault(
            f"The virus scanner at {where} gives no answer ({error}), so no file is taken: start"
            " clamd, or look at VIRUS_SCANNER."
        )
    else:
        yield tell_fine(f"The virus scanner answers: {version}.")


def examine_providers(settings: Settings) -> Iterator[Diagnosis]:
    """Whether each provider of single sign-on answers, and lets anybody new in."""
    for code, provider in settings.SSO_PROVIDERS.items():
        where = f"The provider {code} ({provider.title})"
        try:
            with take_call_turn():
                fetch_keys(fetch_metadata(provider).keys)
        except ProviderUnavailable as error:
            yield tell_fault(
                f"{where} can’t be used ({error}): look at SSO_PROVIDERS, and whether this machine"
                " may reach it."
            )
        else:
            yield tell_fine(f"{where} answers.")
        if not provider.domains:
            yield tell_oddity(f"{where} has no domains: nobody new comes in that way.")
