"""Words that the server does not take: kept for one person, shown with the reason."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from pyotp import TOTP
from sqlalchemy import select

from crrubric.clock import now_utc
from crrubric.domain.vocabulary import Answer, Phase
from crrubric.extensions import db
from crrubric.models import AuthenticatorApp, User
from crrubric.services.people.app_secrets import read_app_secret, renew_app_secret
from crrubric.services.setup.phases import change_phase
from tests.browser.ballots import (
    MARKS,
    OTHER,
    OUT,
    REFUSED_CONNECTION,
    RETRYING,
    SAVED,
    SIGNED_OUT,
    UNSENT,
    Task,
    choose,
    cut_off,
    form,
    sign_in_here,
    status,
    write,
)
from tests.browser.visitor import Visitor
from tests.factories import PASSWORD

pytestmark = pytest.mark.xdist_group("browser, scripts")

WRONG = r"Failed to load resource: .* 422 "
ANY_ANSWER = r"Failed to load resource: .*"
LATE = r"Failed to load resource: .* (401|404|409) "
WORDS = "Typed in the train, no captions."
KEPT = "This browser keeps words of yours that are not saved."
CLOSED = "Not saved: Scoring has closed."


AS_IT_WAS = """() => {
    const seen = { ...localStorage };
    Storage.prototype.getItem = (key) => seen[key] ?? null;
}"""  # a browser may tell a tab a moment late what another has written


def close_scoring(task: Task) -> None:
    with task.site.app.app_context():
        change_phase(task.chair, task.slug, Phase.MEETING)
        db.session.remove()


def type_offline(reviewer: Visitor) -> None:
    """Answer and write while no mark reaches the server."""
    cut_off(reviewer)
    choose(reviewer.page, "no")
    write(reviewer.page, WORDS)
    expect(status(reviewer.page)).to_have_text(RETRYING)


def notice(page: Page) -> Locator:
    return page.get_by_text(KEPT)


# Too late


def test_who_comes_back_after_scoring_has_closed_finds_the_words_and_the_reason(task, reviewer):
    page = reviewer.page
    reviewer.expected.append(LATE)  # if the ballot tries again before it is left
    type_offline(reviewer)
    close_scoring(task)
    page.unroute(MARKS)

    page.goto(task.address)
    expect(notice(page)).to_be_visible()
    vendor = page.locator("h1").inner_text()
    page.goto("/")
    reviewer.follow("See what it is, and why")

    reviewer.sees("Not saved")
    card = page.locator("main li")
    expect(card).to_have_count(1)
    expect(card.get_by_role("heading")).to_have_text(f"{vendor} – Accessible")
    expect(card).to_contain_text(CLOSED)
    expect(card).to_contain_text(WORDS)
    assert task.stored() == []
    reviewer.snap("not-saved")


def test_words_that_are_not_taken_are_saved_as_a_file_and_discarded(task, reviewer):
    page = reviewer.page
    type_offline(reviewer)
    close_scoring(task)
    page.goto("/unsent/")

    with page.expect_download() as begun:
        page.get_by_role("button", name="Save it as a file").click()
    saved = Path(begun.value.path()).read_text("utf-8-sig")
    page.get_by_role("button", name="Discard it").click()

    assert begun.value.suggested_filename == "not-saved.txt"
    assert " – Accessible\n" in saved
    assert saved.endswith(f"\nNo\nWhy? What did you see?\n{WORDS}\n")
    expect(page.get_by_text("This browser keeps no words of yours.")).to_be_visible()
    assert page.evaluate(UNSENT) == 0
    page.goto("/")
    expect(notice(page)).not_to_be_visible()


def test_words_are_copied(task, reviewer):
    page = reviewer.page
    reviewer.context.grant_permissions(["clipboard-read", "clipboard-write"])
    type_offline(reviewer)
    close_scoring(task)
    page.goto("/unsent/")

    page.get_by_role("button", name="Copy what you typed").click()

    expect(page.locator("main").get_by_role("status")).to_have_text("Copied.")
    assert WORDS in page.evaluate("navigator.clipboard.readText()")
    reviewer.worn_out = True


def test_a_page_that_stayed_open_says_why_and_hands_the_words_over(task, reviewer):
    page = reviewer.page
    reviewer.expected.append(LATE)
    type_offline(reviewer)
    close_scoring(task)
    page.unroute(MARKS)

    page.evaluate("window.dispatchEvent(new Event('online'))")

    expect(status(page).first).to_have_text(CLOSED)
    with page.expect_download() as begun:
        form(page).get_by_role("button", name="Save it as a file").click()
    assert WORDS in Path(begun.value.path()).read_text("utf-8-sig")
    reviewer.snap("closed")
    with page.expect_navigation():
        form(page).get_by_role("button", name="Discard it").click()
    assert page.evaluate(UNSENT) == 0


def test_words_that_can_still_be_saved_lead_to_their_form(task, reviewer):
    type_offline(reviewer)
    reviewer.page.goto("/unsent/")
    reviewer.page.unroute(MARKS)

    reviewer.follow("Open the form")

    expect(status(reviewer.page)).to_have_text(SAVED)
    assert task.stored() == [(Answer.NO, WORDS)]
    expect(notice(reviewer.page)).not_to_be_visible()


def take_and_lose_the_answer(reviewer: Visitor) -> None:
    """Every mark reaches the server, and no answer comes back."""

    def take(route):
        route.fetch()
        route.abort()

    reviewer.expected += [ANY_ANSWER]
    reviewer.page.on("dialog", lambda dialog: dialog.accept())
    reviewer.page.route(MARKS, take)


@pytest.mark.parametrize("stay", [True, False])
def test_words_of_which_only_the_answer_was_lost_are_not_called_unsaved(task, reviewer, stay):
    page = reviewer.page
    take_and_lose_the_answer(reviewer)
    write(page, "Stored.  ")
    choose(page, "no")
    expect(status(page)).to_have_text(RETRYING)
    assert task.stored() == [(Answer.NO, "Stored.")]
    close_scoring(task)
    page.unroute(MARKS)

    if stay:
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(status(page).first).to_have_text(SAVED)
    else:
        page.goto("/unsent/")
        expect(page.get_by_text("This browser keeps no words of yours.")).to_be_visible()
    assert page.evaluate(UNSENT) == 0


def test_ones_own_words_of_which_the_answer_was_lost_are_no_other_version(task, reviewer):
    page = reviewer.page
    take_and_lose_the_answer(reviewer)
    choose(page, "no")
    expect(status(page)).to_have_text(RETRYING)
    write(page, "Typed after that.")
    page.unroute(MARKS)

    expect(status(page)).to_have_text(SAVED)

    assert task.stored() == [(Answer.NO, "Typed after that.")]
    expect(form(page).locator(".clash")).to_have_count(0)


# Every answer

HTML = "<!DOCTYPE html><title>Guest network</title>"
RETRIED = (200, 408, 425, 429, 500, 502, 503, 504)
REFUSED = (400, 403, 404, 405, 409, 410, 413, 422)


@pytest.mark.parametrize("code", RETRIED)
def test_an_answer_that_does_not_come_from_the_server_is_waited_out(task, reviewer, code):
    answer_with(reviewer, code)

    choose(reviewer.page, "no")

    expect(status(reviewer.page)).to_have_text(RETRYING)
    reviewer.page.unroute(MARKS)
    expect(status(reviewer.page)).to_have_text(SAVED)
    assert task.stored() == [(Answer.NO, "")]


@pytest.mark.parametrize("code", REFUSED)
def test_after_any_refusal_the_words_are_kept_and_can_be_saved_later(task, reviewer, code):
    page = reviewer.page
    page.on("dialog", lambda dialog: dialog.accept())
    answer_with(reviewer, code)

    choose(page, "no")

    expect(form(page).get_by_role("button", name="Save", exact=True)).to_be_visible()
    expect(status(page).first).to_contain_text("The server did not take it.")
    assert page.evaluate(UNSENT) == 1
    page.unroute(MARKS)
    page.goto(task.address)
    expect(status(page)).to_have_text(SAVED)
    assert task.stored() == [(Answer.NO, "")]
    assert page.evaluate(UNSENT) == 0


def answer_with(reviewer: Visitor, code: int) -> None:
    """Something between the browser and the server answers every mark, in HTML."""
    reviewer.expected.append(ANY_ANSWER)
    reviewer.page.route(
        MARKS, lambda route: route.fulfill(status=code, body=HTML, content_type="text/html")
    )


# Several windows


def test_a_window_that_reads_late_what_others_keep_takes_no_word_of_theirs_away(task, reviewer):
    other = reviewer.context.new_page()
    other.goto(task.address)
    other.evaluate(AS_IT_WAS)
    type_offline(reviewer)

    choose(other, "yes", 1)
    expect(status(other, 1)).to_have_text(SAVED)

    assert reviewer.page.evaluate(UNSENT) == 1


def test_what_another_window_is_about_to_save_is_not_shown_as_unsaved(task, reviewer):
    choose(reviewer.page, "yes")
    expect(status(reviewer.page)).to_have_text(SAVED)
    other = reviewer.context.new_page()
    other.goto(task.address)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    other.route(MARKS, hold)

    choose(other, "no")
    other.wait_for_timeout(500)
    expect(form(reviewer.page).locator("[data-others]")).to_have_count(0)
    for route in held:
        route.continue_()

    expect(status(other)).to_have_text(SAVED)
    expect(form(reviewer.page).locator("label.no input")).to_be_checked()
    assert task.stored() == [(Answer.NO, "")]


def test_what_an_earlier_version_kept_is_sent(task, reviewer):
    cut_off(reviewer)
    choose(reviewer.page, "no")
    expect(status(reviewer.page)).to_have_text(RETRYING)
    reviewer.page.evaluate(
        """() => {
            const key = Object.keys(localStorage).find((k) => k.startsWith('crrubric.unsent.'));
            const [, , person] = key.split('.');
            localStorage.setItem(`crrubric.unsent.${person}`, `[${localStorage.getItem(key)}]`);
            localStorage.removeItem(key);
        }"""
    )
    reviewer.page.unroute(MARKS)

    reviewer.page.goto(task.address)

    expect(status(reviewer.page)).to_have_text(SAVED)
    assert task.stored() == [(Answer.NO, "")]
    assert reviewer.page.evaluate(UNSENT) == 0


# Signed out in another window


def open_other(reviewer: Visitor, address: str = "/") -> Page:
    page = reviewer.context.new_page()
    page.goto(address)
    return page


def test_words_of_a_window_that_was_closed_outlive_what_is_typed_in_another(task, reviewer):
    page, closed = reviewer.page, open_other(reviewer, task.address)
    page.goto(task.address)
    reviewer.expected.append(REFUSED_CONNECTION)
    for window in (page, closed):
        window.on("dialog", lambda dialog: dialog.accept())
    closed.route(MARKS, lambda route: route.abort())
    choose(closed, "no")
    write(closed, WORDS)
    expect(status(closed)).to_have_text(RETRYING)
    closed.close()

    write(page, "Typed later")
    choose(page, "yes")

    expect(status(page).first).to_have_text(SAVED)
    box = form(page).locator(".clash")
    expect(box).to_contain_text("Typed here in another window, and not saved:")
    expect(box).to_contain_text(WORDS)
    reviewer.snap("other-window")
    page.goto("/unsent/")
    expect(page.locator("main li")).to_contain_text(WORDS)
    assert task.stored() == [(Answer.YES, "Typed later")]
    page.get_by_role("button", name="Discard it").click()
    expect(page.get_by_text("This browser keeps no words of yours.")).to_be_visible()


def sign_out(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Sign out").click()


def sign_in(page: Page, email: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in", exact=True).click()


def test_who_was_signed_out_in_another_window_signs_in_on_the_page(task, reviewer):
    page = reviewer.page
    sign_out(open_other(reviewer))

    page.get_by_role("dialog", name=OUT).wait_for()
    expect(page.locator("main")).not_to_be_visible()  # whoever sits here next reads no mark
    page.keyboard.press("Escape")
    expect(page.locator("main")).not_to_be_visible()
    reviewer.snap("left")
    sign_in_here(page, task.email)
    expect(page.locator("main")).to_be_visible()
    choose(page, "no")

    expect(status(page)).to_have_text(SAVED)
    assert task.stored() == [(Answer.NO, "")]


def turn_on_two_steps(task: Task) -> TOTP:
    """The reviewer signs in with two steps from now on. Returns: what their app knows."""
    with task.site.app.app_context():
        user = db.session.scalars(select(User).where(User.email == task.email)).one()
        renew_app_secret(db.session(), user)
        made = read_app_secret(db.session(), user)
        db.session.get_one(AuthenticatorApp, user.id).confirmed_at = now_utc()
        db.session.commit()
        db.session.remove()
    assert made is not None
    return TOTP(made.secret)


def test_a_code_is_asked_for_on_the_page_as_well(task, reviewer):
    app, page = turn_on_two_steps(task), reviewer.page
    reviewer.expected.append(WRONG)
    sign_out(open_other(reviewer))
    dialog = page.get_by_role("dialog", name=OUT)
    dialog.wait_for()
    sign_in_here(page, task.email)
    code = dialog.get_by_label("Code")
    expect(code).to_be_focused()
    expect(dialog.get_by_label("Password")).not_to_be_visible()
    code.fill("wrong")
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog.get_by_role("alert")).to_contain_text("This code is not right")
    reviewer.snap("code")

    code.fill(app.now())
    dialog.get_by_role("button", name="Sign in").click()
    dialog.wait_for(state="hidden")
    choose(page, "no")

    expect(status(page)).to_have_text(SAVED)
    assert task.stored() == [(Answer.NO, "")]


def test_who_signed_in_again_in_another_window_is_not_asked_again(task, reviewer):
    other = open_other(reviewer)
    sign_out(other)
    reviewer.page.get_by_role("dialog", name=OUT).wait_for()
    sign_in(other, task.email)

    reviewer.page.get_by_role("dialog", name=OUT).wait_for(state="hidden")
    choose(reviewer.page, "no")

    expect(status(reviewer.page)).to_have_text(SAVED)
    assert task.stored() == [(Answer.NO, "")]


def test_somebody_else_who_signs_in_in_another_window_neither_sees_nor_sends_anything(
    task, reviewer
):
    page = reviewer.page
    type_offline(reviewer)
    other = open_other(reviewer)
    other.context.clear_cookies()
    page.unroute(MARKS)
    reviewer.expected.append(SIGNED_OUT)

    sign_in(other, task.other)

    page.get_by_role("dialog", name=OTHER).wait_for()
    expect(page.locator("main")).not_to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("main")).not_to_be_visible()
    assert task.stored() == []
    other.goto("/unsent/")
    expect(other.get_by_text("This browser keeps no words of yours.")).to_be_visible()
    sign_in_here(page, task.email, OTHER)
    expect(status(page)).to_have_text(SAVED)
    assert task.stored() == [(Answer.NO, WORDS)]


def test_somebody_elses_sign_out_leaves_the_words_of_the_first(task, reviewer):
    asked: list[str] = []
    type_offline(reviewer)
    other = open_other(reviewer)
    other.context.clear_cookies()
    sign_in(other, task.other)
    other.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))

    sign_out(other)

    assert asked == []
    assert other.evaluate(UNSENT) == 1


def test_a_question_typed_before_signing_out_elsewhere_is_sent_after_signing_in(task, browse):
    """Without scripts, too: the answer of the server holds what was typed."""
    who = browse(task.site, script=False).sign_in(task.email, PASSWORD)
    who.expected.append(SIGNED_OUT)
    page = who.page
    page.goto(task.address)
    who.leave(page.locator("main").get_by_role("link", name="Ask the vendor").first)
    page.get_by_label("Your question").fill("Do captions come in Spanish?")
    other = who.context.new_page()
    other.goto("/")
    sign_out(other)

    who.press("Ask")
    who.sees("Sign in again")
    expect(page.get_by_text("Do captions come in Spanish?")).to_be_visible()
    page.get_by_label("E-mail address").fill(task.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    who.press("Sign in")
    expect(page.get_by_text("Do captions come in Spanish?")).to_be_visible()
    who.press("Send it now")

    expect(page.get_by_text("Do captions come in Spanish?")).to_be_visible()
    expect(page.locator("h1")).not_to_have_text("You are signed in again")


# A clock that is wrong, and set while the ballot is open


@pytest.mark.parametrize("days", [-3_000, 3_000])
def test_a_wrong_clock_that_is_set_meanwhile_loses_nothing(
    task: Task, reviewer: Visitor, days: int
):
    page = reviewer.page
    page.clock.install(time=now_utc() + timedelta(days=days))
    page.reload()

    with page.expect_response(MARKS):
        choose(page, "no")
    for words, note in ((WORDS, WORDS), (" Once more.", f"{WORDS} Once more.")):
        with page.expect_response(MARKS):
            write(page, words)
        expect(status(page)).to_have_text(SAVED)
        assert [row[1] for row in task.stored()] == [note]
        page.clock.set_system_time(now_utc())

    expect(page.get_by_role("dialog")).to_have_count(0)
