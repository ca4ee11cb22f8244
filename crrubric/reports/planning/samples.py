"""The sample roster as a file."""

import csv
from io import StringIO

from crrubric.domain.planning.samples import SAMPLE_HEADER, draw_sample_learners


def write_sample_roster() -> str:
    """Invented learners as CSV."""
    made = StringIO()
    writer = csv.DictWriter(made, SAMPLE_HEADER, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(draw_sample_learners())
    return made.getvalue()
