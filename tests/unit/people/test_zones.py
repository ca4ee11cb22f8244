"""Time zones: found as people spell them, offered under their country."""

import pytest

from crrubric.cli import district
from crrubric.domain.people.zones import find_zone, is_zone, suggest_zones
from crrubric.web.people.zone_field import (
    COMMON,
    find_typed_zone,
    list_near_zones,
    list_zone_choices,
)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("America/Chicago", "America/Chicago"),
        ("america/chicago", "America/Chicago"),
        ("Chicago", "America/Chicago"),
        (" los angeles ", "America/Los_Angeles"),
        ("america/new york", "America/New_York"),
        ("US/Central", "US/Central"),
        ("utc", "UTC"),
        ("Louisville", None),  # America/Louisville and America/Kentucky/Louisville
        ("Central", None),
        ("Springfield", None),
        ("../../etc/passwd", None),
        ("localtime", None),
        ("", None),
    ],
)
def test_a_zone_is_found_by_its_name_or_city(text: str, zone: str | None):
    assert find_zone(text) == zone


def test_a_zone_is_suggested_for_what_is_misspelled():
    assert suggest_zones("America/Chcago")[0] == "America/Chicago"
    assert "America/Phoenix" in suggest_zones("Phenix")
    assert suggest_zones("Springfield, Ohio") == []


@pytest.mark.parametrize("name", ["america/chicago", "America", "America/", "Mars/Base", ""])
def test_what_is_no_zone_is_told_apart(name: str):
    assert not is_zone(name)


@pytest.mark.parametrize("locale", ["en", "es_US"])
def test_every_zone_on_the_list_is_one_and_stands_there_once(locale: str):
    values = [choice.value for choice in list_zone_choices(locale)]

    assert [value for value in values if not is_zone(value)] == []
    assert len(values) == len(set(values))
    assert tuple(values[: len(COMMON)]) == COMMON
    assert values[-1] == "UTC"
    assert {"America/Puerto_Rico", "Pacific/Guam", "America/Mexico_City"} < set(values)


@pytest.mark.parametrize(
    ("text", "locale", "zone"),
    [
        ("Mountain", "en", "America/Denver"),
        ("ET", "en", "America/New_York"),
        ("Indianapolis", "en", "America/Indiana/Indianapolis"),
        ("hora oriental – Nueva York", "es_US", "America/New_York"),
        ("hora central", "es_US", "America/Chicago"),
        ("hora", "es_US", None),
        ("Time", "en", None),
        ("", "en", None),
    ],
)
def test_a_zone_is_found_in_the_words_of_the_page(text: str, locale: str, zone: str | None):
    assert find_typed_zone(text, locale) == zone


def test_near_zones_are_those_that_are_offered_in_words():
    assert list_near_zones("Los Angelos", "en") == ["Pacific Time – Los Angeles"]
    assert "Eastern Time – New York" in list_near_zones("Eastrn Time", "en")
    assert list_near_zones("Springfield, Ohio", "en") == []


def test_zones_are_named_in_the_language_of_the_page():
    def named(locale: str) -> dict[str, tuple[str | None, str]]:
        return {row.value: (row.optgroup, row.label) for row in list_zone_choices(locale)}

    english, spanish = named("en"), named("es_US")

    assert english["America/Chicago"] == ("United States", "Central Time – Chicago")
    assert spanish["America/Chicago"] == ("Estados Unidos", "hora central – Chicago")
    assert english["America/Indiana/Indianapolis"][1] == "Eastern Time – Indianapolis"
    assert english["America/Argentina/Salta"][1] == "Argentina Time – Salta"
    assert spanish["America/Mexico_City"][0] == "México"
    labels = [label for _country, label in [*english.values(), *spanish.values()]]
    assert [label for label in labels if "/" in label or "_" in label] == []


def test_a_country_stands_on_the_list_in_one_piece():
    countries = [choice.optgroup for choice in list_zone_choices("en")]

    blocks = [name for place, name in enumerate(countries) if name not in countries[:place]]
    assert countries == sorted(countries, key=blocks.index)
    assert blocks.index("Åland Islands") < blocks.index("Albania")


@pytest.mark.parametrize(
    ("variable", "zone"),
    [("America/Denver", "America/Denver"), (":America/Denver", "America/Denver")],
)
def test_the_zone_of_the_machine_is_proposed(
    monkeypatch: pytest.MonkeyPatch, variable: str, zone: str
):
    monkeypatch.setenv("TZ", variable)

    assert district.find_machine_zone() == zone


@pytest.mark.parametrize("variable", ["UTC", "Etc/UTC", "EST5EDT", "<+03>-3", ""])
def test_a_machine_in_utc_proposes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path, variable: str
):
    monkeypatch.setenv("TZ", variable)
    monkeypatch.setattr(district, "LINK", tmp_path / "zoneinfo" / "Etc" / "UTC")
    monkeypatch.setattr(district, "FILE", tmp_path / "none")

    assert district.find_machine_zone() is None


def test_the_zone_of_the_machine_is_where_systems_keep_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path
):
    place = tmp_path / "zoneinfo" / "America" / "Boise"
    place.parent.mkdir(parents=True)
    place.write_text("")
    link, file = tmp_path / "localtime", tmp_path / "timezone"
    link.symlink_to(place)
    file.write_text("America/Denver\n")
    monkeypatch.delenv("TZ", raising=False)
    monkeypatch.setattr(district, "FILE", file)

    monkeypatch.setattr(district, "LINK", link)
    assert district.find_machine_zone() == "America/Boise"
    monkeypatch.setattr(district, "LINK", tmp_path / "none")
    assert district.find_machine_zone() == "America/Denver"
