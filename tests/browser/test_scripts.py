"""The ballot saves by itself, says so, and never loses or overwrites a word."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select, update

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.vocabulary import Answer, CorrectionEffect
from crrubric.extensions import db
from crrubric.models import Criterion, UserSession
from crrubric.services.setup.corrections import Correction, correct_criterion
from tests.browser.ballots import (
    CONFLICT,
    MARKS,
    OTHER,
    OUT,
    REFUSED_CONNECTION,
    RETRYING,
    SAVED,
    SIGNED_OUT,
    SOON,
    TOO_LONG,
    UNAVAILABLE,
    UNSENT,
    Task,
    choose,
    cut_off,
    end_sessions,
    form,
    note,
    sign_in_here,
    status,
    write,
)
from tests.browser.visitor import Visitor
from tests.factories import PASSWORD

pytestmark = pytest.mark.xdist_group("browser, scripts")

ELSEWHERE = re.compile(r"^Changed in another window, saved \d?\d:\d\d [AP]M$")
CHANGED = (
    "This mark was changed in another window. Nothing was overwritten: compare the two versions."
)
NEWER = "**/ballots/newer?*"


# Saving


def test_a_place_without_a_kind_of_evidence_is_kept_and_said_to_be_without(task, reviewer):
    page = reviewer.page
    choose(page, "no")
    form(page).get_by_text("Note and evidence").click()
    kind = form(page).get_by_label("Kind of evidence")
    said = form(page).get_by_text("It is kept without a kind")
    expect(said).to_be_hidden()

    form(page).get_by_label("Where: page, time, lesson, link").fill("page 12")

    expect(said).to_be_visible()
    expect(kind).to_have_accessible_description(re.compile("^It is kept without a kind"))
    expect(status(page)).to_have_text(SAVED)
    page.reload()
    expect(said).to_be_visible()
    kind.select_option("Document")
    expect(said).to_be_hidden()
    expect(kind).to_have_accessible_description("")
    expect(status(page)).to_have_text(SAVED)


def test_a_tile_is_saved_when_it_is_chosen_and_the_count_grows(task, reviewer):
    choose(reviewer.page, "no")

    expect(status(reviewer.page)).to_have_text(SAVED)
    expect(reviewer.page.get_by_text("1 of 3 answered")).to_be_visible()
    assert task.stored() == [(Answer.NO, "")]


def test_a_module_that_fails_takes_no_other_along(task, reviewer):
    reviewer.expected.append("planted")
    begin = "const module_kept = run(() => {"

    def plant(route):
        script = route.fetch().text()
        assert script.index(begin) < script.index("const module_ballot = run(")
        route.fulfill(body=script.replace(begin, f'{begin} throw new Error("planted");'),
                      content_type="text/javascript")  # fmt: skip

    reviewer.page.route("**/assets/*kept*.js?*", plant)
    reviewer.page.reload()
    choose(reviewer.page, "no")

    expect(status(reviewer.page)).to_have_text(SAVED)
    assert task.stored() == [(Answer.NO, "")]


def test_the_save_buttons_are_gone_where_the_script_saves(reviewer):
    expect(form(reviewer.page).get_by_role("button", name="Save")).to_have_count(0)


def test_a_typed_note_is_saved_after_a_pause(task, reviewer):
    choose(reviewer.page, "yes")
    expect(status(reviewer.page)).to_have_text(SAVED)

    with reviewer.page.expect_response(MARKS):
        write(reviewer.page, "Captions on every video.")

    expect(status(reviewer.page)).to_have_text(SAVED)
    assert task.stored() == [(Answer.YES, "Captions on every video.")]


def test_a_note_without_an_answer_says_that_an_answer_is_missing(task, reviewer):
    write(reviewer.page, "A thought.")

    expect(status(reviewer.page)).to_have_text("Choose an answer to save this note")
    assert task.stored() == []
    choose(reviewer.page, "ask")
    expect(status(reviewer.page)).to_have_text(SAVED)
    assert task.stored() == [(Answer.CANNOT_TELL, "A thought.")]


# When the server can't be reached


def test_what_is_typed_offline_is_stored_once_the_network_is_back(task, reviewer):
    reviewer.expected.append(REFUSED_CONNECTION)
    reviewer.context.set_offline(True)

    choose(reviewer.page, "no")
    write(reviewer.page, "Written in the train.")

    expect(status(reviewer.page)).to_have_text(RETRYING)
    assert task.stored() == []
    reviewer.snap("offline")
    reviewer.context.set_offline(False)
    expect(status(reviewer.page)).to_have_text(SAVED)
    assert task.stored() == [(Answer.NO, "Written in the train.")]


def test_a_server_that_fails_is_asked_again_until_it_has_stored_the_mark(task, reviewer):
    reviewer.expected.append(UNAVAILABLE)
    answers = iter([503, 503])

    def fail_twice(route):
        failure = next(answers, None)
        route.fulfill(status=failure) if failure else route.continue_()

    reviewer.page.route(MARKS, fail_twice)
    choose(reviewer.page, "yes")

    expect(status(reviewer.page)).to_have_text(RETRYING)
    expect(status(reviewer.page)).to_have_text(SAVED, timeout=15_000)
    assert task.stored() == [(Answer.YES, "")]
    assert list(answers) == []


# Two tabs, two browsers


def open_deaf_tab(task: Task, reviewer: Visitor) -> Page:
    """Another tab with the ballot that learns of nothing before it saves."""
    reviewer.expected.append(REFUSED_CONNECTION)
    other = reviewer.context.new_page()
    other.route(NEWER, lambda route: route.abort())
    other.goto(task.address)
    return other


def test_another_tab_shows_what_the_first_saved_and_says_so(task, reviewer):
    other = reviewer.context.new_page()
    other.goto(task.address)

    choose(reviewer.page, "yes")
    write(reviewer.page, "Captions on every video.")

    expect(note(other)).to_have_value("Captions on every video.")
    expect(form(other).locator("label.yes input")).to_be_checked()
    expect(status(other)).to_have_text(ELSEWHERE)
    expect(other.get_by_text("1 of 3 answered")).to_be_visible()
    choose(other, "no")
    expect(status(other)).to_have_text(SAVED)
    expect(status(reviewer.page)).to_have_text(ELSEWHERE)
    assert task.stored() == [(Answer.NO, "Captions on every video.")]


def test_another_tab_in_which_something_was_typed_keeps_it_and_shows_both(task, reviewer):
    other = reviewer.context.new_page()
    other.goto(task.address)
    write(other, "Not sent yet: no answer is chosen.")

    choose(reviewer.page, "yes")

    expect(form(other).get_by_text("Saved elsewhere: Yes")).to_be_visible()
    expect(note(other)).to_have_value("Not sent yet: no answer is chosen.")
    assert task.stored() == [(Answer.YES, "")]
    choose(other, "no")
    form(other).get_by_role("button", name="Save mine instead").click()
    expect(status(other)).to_have_text(SAVED)
    assert task.stored() == [(Answer.NO, "Not sent yet: no answer is chosen.")]


def test_another_browser_shows_what_was_saved_when_somebody_comes_back_to_it(
    task, reviewer, browse
):
    elsewhere = browse(task.site).sign_in(task.email, PASSWORD)
    elsewhere.page.goto(task.address)
    choose(reviewer.page, "yes")
    expect(status(reviewer.page)).to_have_text(SAVED)
    elsewhere.page.wait_for_timeout(5_100)  # it was asked for only now

    note(elsewhere.page).focus()

    expect(status(elsewhere.page)).to_have_text(ELSEWHERE)
    expect(form(elsewhere.page).locator("label.yes input")).to_be_checked()


def test_of_two_tabs_the_second_learns_of_the_first_and_overwrites_nothing(task, reviewer):
    reviewer.expected.append(CONFLICT)
    other = open_deaf_tab(task, reviewer)
    choose(reviewer.page, "yes")
    expect(status(reviewer.page)).to_have_text(SAVED)

    choose(other, "no")

    expect(status(other)).to_have_text(CHANGED)
    expect(form(other).get_by_text("Saved elsewhere: Yes")).to_be_visible()
    assert task.stored() == [(Answer.YES, "")]
    form(other).get_by_role("button", name="Save mine instead").click()
    expect(status(other)).to_have_text(SAVED)
    assert task.stored() == [(Answer.NO, "")]


def test_of_two_tabs_the_second_can_drop_its_own_words(task, reviewer):
    reviewer.expected.append(CONFLICT)
    other = open_deaf_tab(task, reviewer)
    choose(reviewer.page, "yes")
    expect(status(reviewer.page)).to_have_text(SAVED)
    choose(other, "no")

    form(other).get_by_role("link", name="Reload and discard what I typed here").click()

    expect(form(other).locator("label.yes input")).to_be_checked()
    assert task.stored() == [(Answer.YES, "")]


# Keys


def switch(page: Page, name: str = "Answer with single keys:") -> Locator:
    """A switch of the ballot, unfolded."""
    fold = page.locator("details[data-switches]")
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()
    return page.get_by_label(name)


def focused(page: Page) -> str:
    """The criterion that has the focus."""
    return page.evaluate("document.activeElement.closest('form').querySelector('h3').innerText")


def test_single_keys_answer_and_move(task, reviewer):
    expect(switch(reviewer.page)).to_be_checked()

    for key in ("j", "y", "j", "n"):
        reviewer.page.keyboard.press(key)
    second = focused(reviewer.page)
    reviewer.page.keyboard.press("k")

    for number in (0, 1):
        expect(status(reviewer.page, number)).to_have_text(SAVED)
    assert (second, focused(reviewer.page)) == ("Works with our system", "Accessible")
    assert sorted(answer for answer, _note in task.stored()) == [Answer.NO, Answer.YES]


def test_arrows_move_too_and_a_question_mark_shows_the_keys(reviewer):
    form(reviewer.page).locator("label.yes input").focus()

    reviewer.page.keyboard.press("ArrowDown")
    second = focused(reviewer.page)
    reviewer.page.keyboard.press("ArrowUp")
    first = focused(reviewer.page)
    reviewer.page.keyboard.press("?")

    assert (second, first) == ("Works with our system", "Accessible")
    expect(reviewer.page.get_by_text("Answer with single keys:")).to_be_visible()
    expect(form(reviewer.page).locator("input:checked")).to_have_count(0)


def test_keys_that_are_switched_off_stay_off(task, reviewer):
    switch(reviewer.page).uncheck()
    reviewer.page.reload()

    expect(switch(reviewer.page)).not_to_be_checked()
    form(reviewer.page).locator("label.yes input").focus()
    reviewer.page.keyboard.press("n")
    reviewer.page.wait_for_timeout(300)

    expect(form(reviewer.page).locator("input:checked")).to_have_count(0)
    assert task.stored() == []


def test_a_letter_in_a_note_is_a_letter(task, reviewer):
    choose(reviewer.page, "yes")
    expect(status(reviewer.page)).to_have_text(SAVED)

    with reviewer.page.expect_response(MARKS):
        write(reviewer.page, "n")

    expect(status(reviewer.page)).to_have_text(SAVED)
    assert task.stored() == [(Answer.YES, "n")]


# Leaving


def test_a_link_waits_until_what_was_just_typed_is_stored(task, reviewer):
    choose(reviewer.page, "yes")
    write(reviewer.page, "Typed a moment before leaving.")

    reviewer.follow("Review and submit")

    reviewer.sees("Review your ballot")
    assert task.stored() == [(Answer.YES, "Typed a moment before leaving.")]


def test_the_browser_asks_before_unsaved_words_are_left(task, reviewer):
    reviewer.expected.append(REFUSED_CONNECTION)
    asked = []
    reviewer.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    reviewer.page.route(MARKS, lambda route: route.abort())
    choose(reviewer.page, "no")
    expect(status(reviewer.page)).to_have_text(RETRYING)

    reviewer.page.reload()

    assert asked == ["beforeunload"]


def test_the_browser_asks_nothing_when_everything_is_stored(task, reviewer):
    asked = []
    reviewer.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    choose(reviewer.page, "no")
    expect(status(reviewer.page)).to_have_text(SAVED)

    reviewer.page.reload()

    assert asked == []
    expect(form(reviewer.page).locator("label.no input")).to_be_checked()


# What this browser keeps

KEEP = "While there is no connection, keep"


def test_what_was_not_sent_is_there_again_after_the_page_was_left(task, reviewer):
    cut_off(reviewer)
    choose(reviewer.page, "no", 1)
    write(reviewer.page, "Typed before the tab was closed.", 1)
    expect(status(reviewer.page, 1)).to_have_text(RETRYING)

    reviewer.page.unroute(MARKS)
    reviewer.page.goto(task.address)

    expect(status(reviewer.page, 1)).to_have_text(SAVED)
    assert task.stored() == [(Answer.NO, "Typed before the tab was closed.")]
    assert reviewer.page.evaluate(UNSENT) == 0


def test_answers_given_offline_are_sent_in_their_order(task, reviewer):
    cut_off(reviewer)
    for number, look in ((2, "yes"), (0, "no"), (1, "ask")):
        choose(reviewer.page, look, number)
        expect(status(reviewer.page, number)).to_have_text(RETRYING)
    sent = []
    reviewer.page.on(
        "request", lambda request: request.method == "POST" and sent.append(request.url)
    )

    reviewer.page.unroute(MARKS)
    reviewer.page.evaluate("window.dispatchEvent(new Event('online'))")
    for number in range(3):
        expect(status(reviewer.page, number)).to_have_text(SAVED)

    actions = [form(reviewer.page, number).get_attribute("action") for number in (2, 0, 1)]
    assert [url.removeprefix(task.site.url) for url in sent] == actions


def test_a_browser_that_is_not_to_keep_anything_keeps_nothing(reviewer):
    switch(reviewer.page, KEEP).uncheck()
    cut_off(reviewer)

    choose(reviewer.page, "no")
    expect(status(reviewer.page)).to_have_text(RETRYING)

    assert reviewer.page.evaluate(UNSENT) == 0


def test_signing_out_clears_what_was_kept(task, reviewer):
    cut_off(reviewer)
    choose(reviewer.page, "no")
    expect(status(reviewer.page)).to_have_text(RETRYING)
    assert reviewer.page.evaluate(UNSENT) == 1

    reviewer.press("Sign out")

    assert reviewer.page.evaluate(UNSENT) == 0
    assert task.stored() == []


# When the session ends


def test_whose_session_has_ended_signs_in_on_the_page_and_loses_nothing(task, reviewer):
    reviewer.expected.append(SIGNED_OUT)
    end_sessions(task)
    write(reviewer.page, "Written while signed out.")
    choose(reviewer.page, "no")

    reviewer.page.get_by_role("dialog", name="You were signed out").wait_for()
    reviewer.snap("signed-out")
    sign_in_here(reviewer.page, task.email)

    expect(status(reviewer.page)).to_have_text(SAVED)
    assert task.stored() == [(Answer.NO, "Written while signed out.")]
    choose(reviewer.page, "yes", 1)
    expect(status(reviewer.page, 1)).to_have_text(SAVED)


def test_somebody_else_who_signs_in_there_sends_nothing_of_it(task, reviewer):
    reviewer.expected.append(SIGNED_OUT)
    end_sessions(task)
    choose(reviewer.page, "no")

    sign_in_here(reviewer.page, task.other)

    expect(reviewer.page.get_by_role("dialog", name=OTHER)).to_contain_text(
        "is signed in now. What was typed here is somebody else’s: it was not sent"
    )
    expect(reviewer.page.locator("main")).not_to_be_visible()
    assert task.stored() == []


LAST_SEEN = "Number(localStorage.getItem('crrubric.seen'))"


def test_a_session_about_to_end_says_so_and_one_key_extends_it(task, reviewer):
    reviewer.stop_clock()
    reviewer.page.goto(task.address)
    question = reviewer.page.get_by_role("dialog", name="Are you still there?")
    reviewer.page.clock.fast_forward("52:00")
    expect(question).not_to_be_visible()

    reviewer.page.clock.fast_forward("02:00")
    expect(question).to_be_visible()
    before = reviewer.page.evaluate(LAST_SEEN)
    reviewer.page.keyboard.press("Enter")
    reviewer.page.wait_for_function(f"before => {LAST_SEEN} > before", arg=before)

    expect(question).not_to_be_visible()
    reviewer.page.clock.fast_forward("10:00")
    expect(question).not_to_be_visible()


def stay_too_late(task: Task, reviewer: Visitor) -> None:
    """Type a question, rest until the session is over, then say that one is still there."""
    page = reviewer.page
    reviewer.stop_clock()
    page.goto(task.address)
    reviewer.leave(page.locator("main").get_by_role("link", name="Ask the vendor").first)
    page.get_by_label("Your question").fill("Do captions come in Spanish?")
    end_sessions(task)
    page.clock.fast_forward("54:00")
    page.get_by_role("dialog", name="Are you still there?").wait_for()
    page.keyboard.press("Enter")


def test_who_stays_too_late_signs_in_on_the_page_and_keeps_what_was_typed(task, reviewer):
    page = reviewer.page
    stay_too_late(task, reviewer)

    sign_in_here(page, task.email)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.clock.fast_forward("10:00")
    expect(page.get_by_role("dialog")).to_have_count(0)
    reviewer.press("Ask")

    expect(page.get_by_text("Do captions come in Spanish?")).to_be_visible()


def test_who_does_not_sign_in_on_the_page_signs_in_on_the_way(task, reviewer):
    page = reviewer.page
    stay_too_late(task, reviewer)
    page.get_by_role("dialog", name=OUT).get_by_role("button", name="Not now").click()
    reviewer.expected.append(SIGNED_OUT)
    reviewer.press("Ask")
    page.get_by_label("E-mail address").fill(task.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    reviewer.press("Sign in")
    reviewer.press("Send it now")

    expect(page.get_by_text("Do captions come in Spanish?")).to_be_visible()


def begin_long_ago(task: Task) -> None:
    """Let every session end for good in three minutes."""
    with task.site.app.app_context():
        since = now_utc() - timedelta(hours=limits.SESSION_HOURS, minutes=-3)
        db.session.execute(update(UserSession).values(created_at=since))
        db.session.commit()
        db.session.remove()


def test_before_a_session_ends_for_good_the_password_is_asked_for_on_the_page(task, reviewer):
    page = reviewer.page
    begin_long_ago(task)
    reviewer.stop_clock()
    page.goto(task.address)
    dialog = page.get_by_role("dialog", name=SOON)
    page.clock.fast_forward("00:40")
    expect(dialog).not_to_be_visible()

    page.clock.fast_forward("00:50")
    dialog.wait_for()
    reviewer.snap("almost-over")
    sign_in_here(page, task.email, SOON)

    expect(dialog).not_to_be_visible()
    end_old_session(task)
    choose(page, "yes")
    expect(status(page)).to_have_text(SAVED)
    page.clock.fast_forward("10:00")
    expect(page.get_by_role("dialog")).to_have_count(0)


def end_old_session(task: Task) -> None:
    """What the clock does three minutes later: only the newest session is left."""
    with task.site.app.app_context():
        newest = select(func.max(UserSession.id)).scalar_subquery()
        older = update(UserSession).where(UserSession.id != newest)
        db.session.execute(older.values(ended_at=now_utc()))
        db.session.commit()
        db.session.remove()


def test_another_page_of_the_same_browser_goes_on_with_the_new_session(task, reviewer):
    """Its forms have the token of the old session until the first page signs in."""
    begin_long_ago(task)
    reviewer.page.goto(task.address)
    other = reviewer.context.new_page()
    reviewer.stop_clock(other)
    other.goto(task.address)
    other.clock.fast_forward("01:30")
    other.get_by_role("dialog", name=SOON).wait_for()

    with reviewer.page.expect_response("**/session"):
        sign_in_here(other, task.email, SOON)
    end_old_session(task)
    choose(reviewer.page, "yes")

    expect(status(reviewer.page)).to_have_text(SAVED)


def test_a_note_says_how_much_room_is_left_and_is_never_cut(task: Task, reviewer: Visitor):
    page = reviewer.page
    reviewer.expected.append(TOO_LONG)
    choose(page, "yes")
    field, room = note(page), form(page).locator("p.room")
    expect(room).to_have_count(0)

    field.fill("x" * 4_100)
    expect(room).to_have_text("Characters left: 900")
    expect(page.locator("#room")).to_have_text("Characters left: 900")
    field.fill("x" * 5_010)

    expect(room).to_have_text("Too long. Characters too many: 10")
    expect(page.locator("#room")).to_have_text("Too long. Characters too many: 10")
    assert len(field.input_value()) == 5_010
    field.fill("x" * 5_000)
    expect(status(page)).to_have_text(SAVED)
    assert task.stored() == [(Answer.YES, "x" * 5_000)]


def test_a_text_that_no_request_can_hold_stays_in_its_form(task: Task, reviewer: Visitor):
    page = reviewer.page
    mark = form(page).get_attribute("action") or ""
    page.goto(f"{task.site.url}{mark.replace('/marks/', '/ask/')}")
    field = page.get_by_label("Your question")
    field.evaluate("(one) => { one.value = 'a word '.repeat(30_000); }")

    page.get_by_role("button", name="Ask").click()

    expect(field).to_be_focused()
    assert len(field.input_value()) == 210_000


# A criterion that is corrected meanwhile


def test_an_answer_to_what_was_asked_before_is_saved_once_the_new_words_were_read(
    task: Task, reviewer: Visitor
):
    reviewer.expected.append(CONFLICT)
    with task.site.app.app_context():
        criterion = db.session.scalars(select(Criterion).order_by(Criterion.id)).first()
        assert criterion is not None
        text = Correction(
            title=criterion.title, question="By themselves?", look_for="", reason="Unclear",
            effect=CorrectionEffect.AGAIN,
        )  # fmt: skip
        correct_criterion(task.chair, task.slug, criterion.id, text)
        db.session.remove()

    choose(reviewer.page, "yes")
    expect(status(reviewer.page)).to_contain_text("By themselves?” Does your answer still hold?")
    before = task.stored()
    form(reviewer.page).get_by_role("button", name="Save").click()
    expect(status(reviewer.page)).to_have_text(SAVED)

    assert (before, task.stored()) == ([], [(Answer.YES, "")])
