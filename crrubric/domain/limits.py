"""How long and how large a thing may be. Forms, database, import and docs read it here."""

from datetime import date
from typing import NamedTuple


class NumberLimits(NamedTuple):
    """The least and the most of a number, and how many decimals it may have."""

    least: int
    most: int
    places: int = 0


CODE = 80
TITLE = 200
NAME = 120
VENDOR = 2 * NAME + 1  # company and product
EMAIL = 254
FLOW_MINUTES = 10  # from choosing a provider until one is back; and to connect an account
SUBJECT = 255  # a provider's number for a person
LANGUAGE = 16  # a BCP 47 tag
SHORT_TEXT = 300
LINK = 500
QUESTION = 1_000
RUBRIC_VERSION = 40
PRODUCT_VERSION = 80
NOTE = 5_000
LONG_TEXT = 10_000
PASSWORD_MIN = 15
PASSWORD_MIN_OF_TWO_STEPS = 8  # where a code of an authenticator app is asked for as well
PASSWORD_MAX = 128
KEY = 2  # times as long as the text may its key be, which spells ligatures out
NUMBER_TEXT = 20  # characters of a number, as typed
WEIGHT = NumberLimits(0, 1_000, 3)
UNIT_PRICE = NumberLimits(0, 10_000_000, 2)  # dollars
QUANTITY = NumberLimits(0, 10_000_000)
TERM_MONTHS = NumberLimits(1, 240)
PRICE_RISE = NumberLimits(0, 100, 2)  # percent a year
PRICE_LINES = 30  # of the offer of a vendor
AT_ONCE = NumberLimits(1, 100)  # percent of the learners
KEPT_YEARS = NumberLimits(1, 100)  # of evaluations and of accounts that nobody uses
KEPT_DAYS = NumberLimits(30, 36_500)  # of e-mails and of sign-ins
LOGO_BYTES = 500_000  # of the file that is uploaded
LOGO_PIXELS = NumberLimits(16, 2_500)  # of its width, and of its height
EVIDENCE_MONTHS = NumberLimits(1, 120)  # the longest time after which evidence can count as old
VOTES = NumberLimits(0, 1_000)
QUORUM = NumberLimits(1, 1_000)
LEARNERS = NumberLimits(1, 1_000_000)
CREDITS = NumberLimits(0, 1_000, 3)
SEMESTERS = NumberLimits(0, 40, 3)
CHANCE = NumberLimits(0, 100, 3)  # percent
COUNT = NumberLimits(0, 1_000_000)  # learners of one setting
PACE_TEXT = 40  # characters of a pace as it is stored, 8/3
CALIBRATION_POINTS = 12
COHORT_GROUPS = 40
CRITERIA = 1_000  # of one rubric, with those that are left out
PLAN_NUMBER = NumberLimits(0, 10_000_000)  # where the prompt of the workbook says no other
PLAN_PERCENT = NumberLimits(0, 100, 1)
PLAN_MONEY = NumberLimits(0, 100_000_000, 2)  # dollars
MEASURED_NUMBER = NumberLimits(-1_000_000_000, 1_000_000_000, 3)  # of a measure of the plan
MEASURED_PERCENT = NumberLimits(-1_000, 1_000, 3)
PURCHASE_FUNDS = 6  # of one purchase
PURCHASE_LINES = 20  # that a district adds to its checklist
FUND_SHARE = NumberLimits(0, 100, 2)  # percent that a fund pays
PLAN_ROWS = 60  # of a table, or in a cell of a grid
PLAN_SITTING_MINUTES = 30  # saves of one person that are no further apart are one version
THRESHOLD = NumberLimits(1, 1_000)  # either number of “2 of 3”
PASS_MARK = NumberLimits(0, 100)  # percent
RANK = NumberLimits(1, 1_000)
ID = NumberLimits(1, 2**31 - 1)  # what a database can hold as an id
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)
MEGABYTE = 1024 * 1024
FILE_BYTES = 20 * MEGABYTE
FILE_REQUEST_BYTES = FILE_BYTES + 64 * 1024  # the form around the file
FILE_NAME = 120
FILE_UNPACKED = 100 * MEGABYTE  # of a Word or Excel file
FILE_ENTRIES = 2_000  # parts of one
FILES_OF_VENDOR = 20
FILES_ON_MARK = 5
FILES_OF_VENDORS_BYTES = 500 * MEGABYTE  # of one evaluation, together
FILES_OF_REVIEWER_BYTES = 100 * MEGABYTE  # of one reviewer in one evaluation, together
TABLE_TEXT = 100_000  # characters of a table that is pasted
LINES_AT_ONCE = 100  # of such a table
ROSTER_BYTES = 480 * 1024  # of a request with one: more would be kept on disk on the way
ROSTER_ANSWER = (
    900 * 1024
)  # characters of the files in an answer to it: more would be kept there too
ROSTER_LINES = 5_000  # learners that a page works out; the command takes any number
ROSTER_SHEET_BYTES = 100 * MEGABYTE  # of a part of a workbook with learners, unpacked
DRAFT_BYTES = 10 * MEGABYTE  # of a file that waits to be taken
SHEET_BYTES = 5 * MEGABYTE  # of a part of a workbook with such a table, unpacked
BOOK_BYTES = 20 * MEGABYTE  # of a workbook of which several sheets are read, unpacked
REQUEST_BYTES = 2 * 1024 * 1024
FORM_FIELDS = 5_000  # of one form; a hundred people at once are some 800
COPIED_ENTRY = 64 * MEGABYTE  # a line in a copy of a journal; the longest tells a whole import
COMPARE_MIN, COMPARE_MAX = 2, 5
INVITE_DAYS = 7
RESET_MINUTES = 60  # how long a link for a new password works
SECOND_STEP_MINUTES = 10  # from the password to the code, or to setting up what shows codes
SECOND_STEP_TRIES = 5  # wrong codes, then the password is asked for again
CODE_TEXT = 40  # characters of a code, as typed
CREDENTIAL_ID = 1364  # characters of the number of a passkey: 1,023 bytes in base64
PASSKEYS = 20  # that one person has
PASSKEY_MINUTES = 5  # from asking for a passkey to its answer
PASSKEY_ANSWER = 32_000  # characters of what a passkey answers
HOST = 253  # characters of the name of a host
ADDRESS = 2_500  # characters of an address, as it is sent, to which an answer leads
CONFIRM_LINKS = 5  # mails with which one person confirms that it is them, within an hour
CONFIRM_MINUTES = 10  # for how long somebody has confirmed that it is them
SIGN_IN_LINK_MINUTES = 15  # how long a link that signs in works
LINK_MAIL_MINUTES = 5  # between two mails with such a link to one person
ADDRESS_LINKS = 3  # mails to other addresses that one person has sent while such a link works
KNOWN_BROWSER_DAYS = 365  # how long a browser is known to have signed in to an account
IDLE_MINUTES = 60
SESSION_HOURS = 12
TOUCH_MINUTES = 5  # how often a session that is in use is written down
WARN_MINUTES = 2  # before a session ends of itself
