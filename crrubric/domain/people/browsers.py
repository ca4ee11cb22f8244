"""What a browser calls itself, in the words by which people know it: “Firefox, Windows”.

For the list of one's own sessions alone: nothing is decided by it, as a browser can say anything.
"""

# The first one that is named counts: most browsers also name those that they descend from.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("CrOS", "ChromeOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
LONGEST = 60  # of a description: “Samsung Internet, Android” and more


def describe_browser(agent: str) -> str:
    """Browser and system, as far as they are known; empty if neither is.

    Args: agent: the header User-Agent, as it was sent.
    """
    found = (
        next((name for sign, name in signs if sign in agent), "") for signs in (BROWSERS, SYSTEMS)
    )
    return ", ".join(filter(None, found))
