"""Invented learners, to try a roster with: drawn at random, the same each time."""

from collections.abc import Iterator
from random import Random

from crrubric.domain.planning.rosters import LEARNER, NEEDED, SEMESTERS, SUITS

SAMPLE_HEADER = (LEARNER, NEEDED, SEMESTERS, SUITS, "school")
SCHOOLS = ("North High", "Riverside High", "Lincoln High")
SAMPLE_SIZE = 120  # learners


def draw_sample_learners(count: int = SAMPLE_SIZE, *, seed: int = 17) -> Iterator[dict[str, str]]:
    """So many learners as rows of a roster: most a little behind. Another seed draws others."""
    draw = Random(seed)  # noqa: S311  # nothing secret
    for number in range(1, count + 1):
        semesters = draw.choice((2, 2.5, 3, 4, 4, 5, 6, 6))
        pace = draw.triangular(0.5, 6, 2)
        yield {
            LEARNER: f"invented-{number:06}",
            NEEDED: f"{round(pace * semesters * 2) / 2:g}",
            SEMESTERS: f"{semesters:g}",
            SUITS: draw.choice(("yes", "yes", "no")),
            "school": draw.choice(SCHOOLS),
        }
