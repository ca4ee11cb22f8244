"""For whom people speak whose words are told without their names."""

from itertools import product

import pytest

from crrubric.domain.setup.seats import find_told_groups
from crrubric.domain.vocabulary import Stakeholder

TEACHER, PARENT, IT, PRINCIPAL = (
    Stakeholder.TEACHER,
    Stakeholder.PARENT,
    Stakeholder.IT,
    Stakeholder.PRINCIPAL,
)


@pytest.mark.parametrize(
    ("people", "told"),
    [
        ([], []),
        ([TEACHER], []),
        ([TEACHER, PARENT], []),
        ([TEACHER] * 2, [TEACHER]),
        ([TEACHER] * 2 + [PARENT], []),
        ([TEACHER] * 2 + [None], []),
        ([None] * 2, []),
        ([TEACHER] * 3 + [PARENT] * 2 + [IT], [TEACHER]),
        ([TEACHER] * 3 + [PARENT] * 2 + [IT, PRINCIPAL], [TEACHER, PARENT]),
    ],
)
def test_a_group_is_named_where_it_is_no_name(
    people: list[Stakeholder | None], told: list[Stakeholder]
):
    assert find_told_groups(people) == set(told)


@pytest.mark.parametrize("counts", list(product(range(4), repeat=4)))
def test_words_without_a_group_are_never_of_one_person_alone(counts: tuple[int, ...]):
    groups = (TEACHER, PARENT, IT, PRINCIPAL)
    people = [
        group for group, count in zip(groups, counts, strict=True) for _person in range(count)
    ]

    told = find_told_groups(people)

    unnamed = [group for group in people if group not in told]
    assert all(people.count(group) > 1 for group in told)
    assert len(unnamed) != 1 or len(people) == 1
