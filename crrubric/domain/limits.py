"""How long and how large a thing may be. Forms, database, import and docs read it here."""

CODE = 80
TITLE = 200
NAME = 120
EMAIL = 254
LANGUAGE = 16  # a BCP 47 tag
SHORT_TEXT = 300
LINK = 500
QUESTION = 1_000
NOTE = 5_000
LONG_TEXT = 10_000
PASSWORD_MIN = 15
PASSWORD_MAX = 128
WEIGHT_MAX = 1_000
QUANTITY_MAX = 10_000_000
UNIT_PRICE_CENTS_MAX = 10_000_000_00
TERM_MONTHS_MAX = 240
VOTES_MAX = 1_000
QUORUM_MAX = 1_000
REQUEST_BYTES = 2 * 1024 * 1024
COMPARE_MIN, COMPARE_MAX = 2, 5
INVITE_DAYS = 7
IDLE_MINUTES = 60
SESSION_HOURS = 12
TOUCH_MINUTES = 5  # how often a session that is in use is written down
WARN_MINUTES = 2  # before a session ends of itself
