"""Evidence: links that lead where they say, and how old it is."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crrubric.domain.ballots.evidence import (
    EvidencePlace,
    ExpiredEvidence,
    OldEvidence,
    check_evidence_age,
    describe_evidence,
    place_of,
    subtract_months,
)
from crrubric.domain.vocabulary import EvidenceKind

TODAY = date(2027, 3, 12)


@pytest.mark.parametrize(
    ("text", "url", "host", "rest"),
    [
        (
            "https://help.quillmere.example/vpat.pdf",
            "https://help.quillmere.example/vpat.pdf",
            "help.quillmere.example",
            "/vpat.pdf",
        ),
        ("HTTP://Quillmere.Example", "http://quillmere.example", "quillmere.example", ""),
        ("https://quillmere.example/", "https://quillmere.example/", "quillmere.example", ""),
        (
            "https://quillmere.example:8443/a?b=c#d",
            "https://quillmere.example:8443/a?b=c#d",
            "quillmere.example:8443",
            "/a?b=c#d",
        ),
        ("https://quillmere.example?a", "https://quillmere.example?a", "quillmere.example", "?a"),
        # other scripts: the host as the network knows it, whatever it looks like
        ("https://аррӏе.example/x", "https://xn--80ak6aa92e.example/x",
         "xn--80ak6aa92e.example", "/x"),
        ("https://xn--80ak6aa92e.example", "https://xn--80ak6aa92e.example",
         "xn--80ak6aa92e.example", ""),
        ("https://ｅｘ．example/é", "https://ex.example/%C3%A9", "ex.example", "/é"),
        ("https://a.example/\"onclick='x'", "https://a.example/%22onclick=%27x%27", "a.example",
         "/\"onclick='x'"),
    ],
)  # fmt: skip
def test_a_web_address_is_a_link_that_shows_its_host(text, url, host, rest):
    assert place_of(text) == EvidencePlace(text, url, host, rest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Conformance report, page 4",
        "javascript:alert(1)",
        "JaVaScRiPt://quillmere.example/%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://quillmere.example/a",
        "//quillmere.example/a",
        "https:quillmere.example",
        "https:///quillmere.example",
        "https://good.example@evil.example/",
        "https://good.example:pass@evil.example/",
        "https://@evil.example/",
        "https://good.example\\@evil.example/",
        "https://good.example%2f@evil.example",
        "https://good.example%00.evil.example",
        "https://good.example and more",
        " https://good.example",
        "see https://good.example",
        "https://good.example/\u202efdp.exe",
        "https://good\u200b.example/",
        "https://good.example/\u2066x",
        "https://good.example/\ud800",
        "https://good_one.example/",
        "https://-good.example/",
        "https://good..example/",
        "https://[::1]/",
        "https://good.example:port/",
        "https://good.example:99999/",
        f"https://{'a' * 64}.example/",
        f"https://{'a.' * 130}example/",
    ],
)
def test_anything_else_is_plain_text(text):
    assert place_of(text) == EvidencePlace(text)


def test_a_long_address_is_shortened_and_its_host_keeps_its_end():
    long = place_of(f"https://{'good.example.' * 8}evil.example/{'a' * 200}/vpat.pdf")

    assert long.host.endswith("evil.example")
    assert (len(long.host), len(long.rest)) == (61, 41)
    assert long.rest.endswith("/vpat.pdf")
    assert long.url.endswith(f"evil.example/{'a' * 200}/vpat.pdf")


@given(st.text(max_size=60))
def test_no_text_makes_a_link_to_somewhere_else(text):
    for typed in (text, f"https://{text}", f"https://a.example/{text}", f"https://{text}/x"):
        place = place_of(typed)
        assert place.text == typed
        if place.url:
            assert place.url.isascii()
            assert place.url.startswith((f"https://{place.host}", f"http://{place.host}", "http"))
            assert not set(place.url) & set("\"'<>\\ \n\t`")


@pytest.mark.parametrize(
    ("on", "until", "months", "flag"),
    [
        (None, None, None, None),
        (TODAY, TODAY, 12, None),
        (None, TODAY - timedelta(days=1), None, ExpiredEvidence(TODAY - timedelta(days=1))),
        (date(2020, 1, 1), None, None, None),
        (date(2026, 3, 12), None, 12, None),
        (date(2026, 3, 11), None, 12, OldEvidence(12)),
        (date(2026, 3, 11), TODAY + timedelta(days=9), 12, OldEvidence(12)),
        (date(2020, 1, 1), date(2026, 5, 3), 12, ExpiredEvidence(date(2026, 5, 3))),
        (None, None, 12, None),
        (TODAY + timedelta(days=400), None, 12, None),
    ],
)
def test_evidence_is_flagged_by_its_age(on, until, months, flag):
    assert check_evidence_age(on, until, today=TODAY, months=months) == flag


@pytest.mark.parametrize(
    ("today", "months", "day"),
    [
        (date(2027, 3, 12), 12, date(2026, 3, 12)),
        (date(2028, 2, 29), 12, date(2027, 2, 28)),
        (date(2027, 3, 31), 1, date(2027, 2, 28)),
        (date(2028, 3, 31), 1, date(2028, 2, 29)),
        (date(2027, 1, 31), 2, date(2026, 11, 30)),
        (date(2027, 1, 1), 120, date(2017, 1, 1)),
    ],
)
def test_months_are_counted_by_the_calendar(today, months, day):
    assert subtract_months(today, months) == day


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(1, 120))
def test_old_evidence_never_becomes_recent_again(today, months):
    assert subtract_months(today, months) <= subtract_months(today + timedelta(days=1), months)
    assert subtract_months(today, months) < today


def test_the_description_of_evidence_contains_only_what_is_known():
    said = describe_evidence(EvidenceKind.DOCUMENT, "page 4", date(2027, 3, 1), date(2027, 5, 3))

    assert said == "Document · page 4 · 2027-03-01 · valid until 2027-05-03"
    assert describe_evidence(None, "", None) == ""
    in_spanish = {"valid until %(day)s": "vigente hasta el %(day)s"}.__getitem__
    said = describe_evidence(None, "aquí", None, date(2027, 5, 3), say=in_spanish)
    assert said == "aquí · vigente hasta el 2027-05-03"
