"""Settings of providers: each mistake is a sentence, and no secret is ever shown."""

import json
from pathlib import Path

import pytest

from crrubric.settings import checks
from crrubric.settings.document import describe_settings
from crrubric.settings.reading import Sources
from tests.unit.settings.test_settings import Place, no_variables, place

__all__ = ["no_variables", "place"]  # fixtures

SITE = 'SITE_URL = "https://score.cedar.example"\n'
GOOGLE = """
[SSO_PROVIDERS.google]
kind = "google"
client_id = "client"
client_secret = "a secret of the provider"
domains = ["cedar.example"]
"""


def test_providers_are_tables_in_the_file(place: Place):
    provider = place.write(SITE + GOOGLE).read().SSO_PROVIDERS["google"]

    assert (provider.title, provider.domains) == ("Google", ("cedar.example",))
    assert provider.address == "https://accounts.google.com/.well-known/openid-configuration"


def test_providers_are_one_object_in_the_environment(place: Place):
    table = {"id": {"kind": "microsoft", "client_id": "c", "client_secret": "s"}}
    table["id"]["tenant"] = "0A1B2C3D-0000-4000-8000-0123456789AB"
    settings = place.write(SITE).export(SSO_PROVIDERS=json.dumps(table)).read()

    assert settings.SSO_PROVIDERS["id"].address == (
        "https://login.microsoftonline.com/0a1b2c3d-0000-4000-8000-0123456789ab/v2.0"
        "/.well-known/openid-configuration"
    )


def test_a_secret_is_shown_nowhere(place: Place):
    settings = place.write(SITE + GOOGLE).read()

    shown = "\n".join(describe_settings(settings, Sources(place.folder, {})))

    assert "a secret of the provider" not in shown + repr(settings) + str(settings.SSO_PROVIDERS)
    assert '"client_id": "client"' in shown
    assert "a secret" not in place.write(SITE + GOOGLE + "two_steps = 5\n").refusal()


def change(line: str, name: str = "google") -> str:
    """The provider with this line in the place of the one of the same setting."""
    setting = line.split(" ")[0]
    lines = [one for one in GOOGLE.splitlines() if not one.startswith(f"{setting} ")]
    return "\n".join([*lines, line]).replace("SSO_PROVIDERS.google", f"SSO_PROVIDERS.{name}")


OTHER = 'kind = "other"\nname = "Cedar"\n'
WRONG = [
    (change('kind = "facebook"'), "google, microsoft, classlink, clever or other"),
    (change('client_id = ""'), "client_id of google can’t be used: give the client ID"),
    (change('client_secret = " "'), "client_secret of google can’t be used"),
    (change("client_secret = 5"), "client_secret of google can’t be used"),
    (change('secret = "s"'), "“secret” of google is no setting: use kind, client_id"),
    (GOOGLE.replace('client_id = "client"\n', ""), "client_id of google is missing"),
    (change('domains = ["@cedar.example"]'), "domains without @"),
    (change('domains = ["example"]'), "domains without @"),
    (change('domains = ["cedar.example/x"]'), "domains without @"),
    (change('two_steps = "never"'), "ask, amr or trust"),
    (change("max_age_minutes = true"), "a whole number from 0 to 1440"),
    (change("max_age_minutes = 1441"), "a whole number from 0 to 1440"),
    (change(f'name = "{"n" * 41}"'), "at most 40 characters"),
    (change('discovery = "https://x.example/.well-known/openid-configuration"'), "are for other"),
    (change("domains = []\ntrusts_addresses = true"), "trusts_addresses needs domains"),
    (change('kind = "classlink"'), "classlink needs tenant"),
    (change('kind = "clever"'), "clever needs tenant"),
    (change('kind = "microsoft"'), "microsoft needs tenant"),
    (change('kind = "microsoft"\ntenant = "common"'), "anybody’s directory"),
    (change('kind = "microsoft"\ntenant = "organizations"'), "anybody’s directory"),
    (change('kind = "microsoft"\ntenant = "cedar.example"'), "anybody’s directory"),
    (
        change('kind = "microsoft"\ntenant = "9188040d-6c67-4c5b-b112-36a304b66dad"'),
        "anybody’s directory",
    ),
    (change('kind = "other"'), "other needs name and discovery"),
    (
        change(OTHER + 'discovery = "http://id.cedar.example/.well-known/openid-configuration"'),
        "https address",
    ),
    (change(OTHER + 'discovery = "https://id.cedar.example/"'), "https address"),
    (
        change(OTHER + 'discovery = "https://u:p@x.example/.well-known/openid-configuration"'),
        "https address",
    ),
    (
        change(
            OTHER + 'tenant = "x"\ndiscovery = "https://x.example/.well-known/openid-configuration"'
        ),
        "tenant and tenant_claim belong together",
    ),
    (change('kind = "google"', name="Google"), "“Google” can’t name a provider"),
    (change('kind = "google"', name='"a/b"'), "“a/b” can’t name a provider"),
    (GOOGLE + GOOGLE.replace(".google]", ".again]"), "names one provider twice"),
]


@pytest.mark.parametrize(("text", "says"), WRONG)
def test_a_mistake_is_a_sentence_that_names_the_provider(place: Place, text: str, says: str):
    words = place.write(SITE + text).refusal()

    assert says in words
    assert "\n" not in words
    assert words.endswith(".")


def test_an_environment_that_is_no_json_is_a_sentence(place: Place):
    words = place.write(SITE).export(SSO_PROVIDERS="{google").refusal()

    assert words.startswith("CRRUBRIC_SSO_PROVIDERS in the environment can’t be used: give")


@pytest.mark.parametrize("site", ["", 'SITE_URL = "http://score.cedar.example"\n'])
def test_the_way_back_is_by_https(place: Place, site: str):
    assert "set SITE_URL to the https address" in place.write(site + GOOGLE).refusal()


def test_on_the_machine_itself_the_way_back_may_be_plain(place: Place):
    assert place.write('SITE_URL = "http://localhost:5000"\n' + GOOGLE).read().SSO_PROVIDERS


def test_a_package_that_is_missing_is_told_of_at_the_start(
    place: Place, monkeypatch: pytest.MonkeyPatch
):
    found = checks.find_spec
    monkeypatch.setattr(
        checks, "find_spec", lambda name: None if name == "authlib" else found(name)
    )

    words = place.write(SITE + GOOGLE).refusal()

    assert words == (
        "SSO_PROVIDERS: SSO_PROVIDERS is set: install the package crrubric[sso], or leave the"
        " setting out."
    ).replace("SSO_PROVIDERS: ", "", 1)
    assert place.write(SITE).read().SSO_PROVIDERS == {}


def test_passwords_are_switched_off_where_there_is_another_way_in(place: Place):
    place.write("PASSWORD_SIGN_IN = false\n" + SITE)
    assert "nobody can sign in" in place.refusal()
    assert place.write("PASSWORD_SIGN_IN = false\n" + SITE + GOOGLE).read().SSO_PROVIDERS


def test_a_wrong_provider_hides_no_other_mistake(place: Place, tmp_path: Path):
    place.write("PASSWORD_SIGN_IN = false\n" + SITE + change('kind = "x"'))

    words = place.refusal()

    assert "kind of google" in words
    assert "nobody can sign in" not in words
