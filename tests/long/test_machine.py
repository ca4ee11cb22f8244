"""The state machine for longer: other people and other steps in every run, on both databases."""

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import Phase as HypothesisPhase
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.test_machine import Committee

pytestmark = pytest.mark.long


def test_many_random_actions_keep_the_record_consistent(app: Flask):
    run_state_machine_as_test(
        Committee,
        settings=settings(
            max_examples=120,
            stateful_step_count=100,
            deadline=None,
            database=None,
            phases=[HypothesisPhase.generate],
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
