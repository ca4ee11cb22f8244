"""How long somebody waits between guesses."""

import pytest

from crrubric.domain.people.throttling import find_delay
from crrubric.services.people.attempts import network_of


def test_the_delay_begins_with_the_fifth_failure_and_grows_to_half_a_minute():
    assert [find_delay(failures) for failures in range(12)] == [
        0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30,
    ]  # fmt: skip
    assert find_delay(10**9) == 30


def test_a_browser_that_is_known_waits_later():
    assert [find_delay(failures, known=True) for failures in (5, 19, 20, 21)] == [0, 0, 1, 2]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        # as proxies may say them: inside IPv6, or with the port of the connection
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("203.0.113.9:40123", "203.0.113.9"),
        ("[2001:db8:1:2::1]:40123", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_one_household_is_one_network(address: str, network: str):
    assert network_of(address) == network
