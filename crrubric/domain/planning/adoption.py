"""What taking the line of a past cohort for triage will do, said before it is done."""

from collections.abc import Sequence

from crrubric.domain.errors import Invalid
from crrubric.domain.foreseen import Foreseen, Remark, keep_remarks
from crrubric.domain.planning.calibration import Calibration, format_number, write_points
from crrubric.domain.planning.cohort import CohortGroup, make_own_calibration, read_cohort
from crrubric.domain.translation import N_


def find_cohort_line(groups: Sequence[CohortGroup]) -> Calibration | None:
    """The line that the past cohort makes; None below two groups that are large enough."""
    shares = read_cohort(groups)
    return make_own_calibration(shares) if len(shares) > 1 else None


def require_adoptable(groups: Sequence[CohortGroup]) -> Calibration:
    """The line of the past cohort. Raises: Invalid below two groups that are large enough."""
    line = find_cohort_line(groups)
    if line is None:
        raise Invalid(N_("It takes two groups of 20 learners or more to make a line."))
    return line


def foresee_adoption(groups: Sequence[CohortGroup], present: Calibration | None) -> Foreseen:
    """What the act does. Args: present: the evaluation's own line, if it has one."""
    line = find_cohort_line(groups)
    if line is None:
        return Foreseen(())
    hidden = sum(group.learners is None for group in groups)
    return Foreseen(
        effects=(
            Remark(
                N_("From now on triage reads the chance from these points: %(points)s."),
                {"points": describe_points(line)},
            ),
            Remark(N_("A learner and a roster worked out afterwards may get another setting.")),
            *keep_remarks(
                [
                    (
                        present is None,
                        Remark(N_("They take the place of the planning guide’s two points.")),
                    ),
                    (
                        present is not None,
                        Remark(
                            N_("They take the place of your own points: %(points)s."),
                            {"points": describe_points(present) if present else ""},
                        ),
                    ),
                ]
            ),
        ),
        doubts=keep_remarks(
            [
                (
                    hidden,
                    Remark(
                        N_("Groups that are too small and count for nothing: %(count)s."),
                        {"count": hidden},
                    ),
                ),
                (
                    write_points(present) == write_points(line),
                    Remark(N_("Triage has these points already.")),
                ),
            ]
        ),
    )


def describe_points(line: Calibration) -> str:
    """Points for people to read: 2.67: 75 %; 5: 25 %."""
    return "; ".join(
        f"{format_number(point.pace)}: {format_number(point.chance, 1)} %" for point in line.points
    )
