"""The places where `tests/mutations.py` plants a fault are there, once each."""

import pytest

from tests.mutations import MUTATIONS, ROOT, Mutation


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.what)
def test_a_fault_can_be_planted_where_it_was_meant(mutation: Mutation):
    text = (ROOT / mutation.file).read_text(encoding="utf-8")

    assert text.count(mutation.old) == 1
    assert mutation.new not in text or mutation.new in mutation.old
    for test in mutation.tests:
        file, _, name = test.partition("::")
        assert f"def {name}" in (ROOT / file).read_text(encoding="utf-8")


def test_the_faults_are_spread_over_the_floors():
    floors = {mutation.what.split(":")[0] for mutation in MUTATIONS}

    assert len(MUTATIONS) == 10
    assert floors == {"domain", "models", "queries", "services", "reports", "web", "templates"}
