"""How long somebody waits between guesses of a password: slow for a guesser, bearable for a person.

Two guesses in a minute are some 90,000 in a month: no password that is accepted here falls to that.
"""

from crrubric.domain.limits import FLOW_MINUTES

FREE_FAILURES = 4  # failures in a row that cost nothing
KNOWN_FREE_FAILURES = 19  # the same in a browser that has signed in to the account before
LONGEST_DELAY = 30  # seconds
FAILURES_TOLD = 10  # failures in a row of which the owner of the account is told, once a day
FAILURES_KEPT = 24 * 3600  # seconds after the first one; a sign-in forgets them at once
ACCOUNTS_FROM_ADDRESS = 50  # different accounts that may fail from one network address …
INVENTED_FOR_ONE = 20  # addresses without an account, of which one counts as if it had one
LINKS_FOR_ACCOUNT = 5  # times that one network may ask for a link for one account …
LOST_KEYS = 300  # passkeys that one network may ask for and not show …
LOST_LINKS = 300  # times that one network may ask for a calendar whose link leads nowhere …
STATE_KEPT = 2 * FLOW_MINUTES * 60  # seconds in which a sign-in by a provider is ended only once
ADDRESS_WINDOW = 15 * 60  # … in so many seconds: a school of 200 sits behind one


def find_delay(failures: int, *, known: bool = False) -> int:
    """Seconds until the next try, after so many failures in a row: from the fifth 1, 2, 4 … 30.

    Args: known: the browser has signed in to this account before.
    """
    counted = failures - (KNOWN_FREE_FAILURES if known else FREE_FAILURES)
    return 0 if counted <= 0 else min(LONGEST_DELAY, 2 ** (min(counted, 10) - 1))
