"""A browser whose clock is wrong, or is set while a ballot is open: what is typed is saved."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from crrubric.clock import now_utc
from tests.browser.ballots import MARKS, SAVED, Task, choose, status, write
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.xdist_group("browser, scripts")

FIRST, SECOND = "Typed in another year.", " Typed once the clock was set."


@pytest.mark.parametrize("days", [-3_000, 3_000])
def test_a_wrong_clock_that_is_set_meanwhile_loses_nothing(
    task: Task, reviewer: Visitor, days: int
):
    page = reviewer.page
    page.clock.install(time=now_utc() + timedelta(days=days))
    page.reload()

    with page.expect_response(MARKS):
        choose(page, "no")
    for words, note in ((FIRST, FIRST), (SECOND, FIRST + SECOND)):
        with page.expect_response(MARKS):
            write(page, words)
        expect(status(page)).to_have_text(SAVED)
        assert [row[1] for row in task.stored()] == [note]
        page.clock.set_system_time(now_utc())

    expect(page.get_by_role("dialog")).to_have_count(0)
