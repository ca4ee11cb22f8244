"""Pages of the plan on paper: what they say, whole, and nothing to press."""

import pytest
from playwright.sync_api import Page

from crrubric.domain.planning.followup.measures import MeasureUnit
from crrubric.domain.planning.triage import Setting
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db, limiter
from crrubric.models import User
from crrubric.services.planning.actuals import ActualText, record_actual
from crrubric.services.planning.items import ItemText, add_action_item
from crrubric.services.planning.kept_counts import keep_counts
from crrubric.services.planning.measures import MeasureText, add_measure
from crrubric.services.planning.workbook import save_plan_answers
from tests.browser.conftest import Browse
from tests.browser.sites import Site
from tests.factories import PASSWORD, Factory

pytestmark = pytest.mark.xdist_group("browser, plan")
# links that lead on are read as titles; these only do something
ACTS = "Change|Correct|Edit|Record|Update|Ask somebody|Put it|Print all|Add|Propose|Type|Work out"
SHEET = 720  # pixels


def list_controls(page: Page) -> list[str]:
    """What can be pressed or chosen, of what paper shows."""
    found: list[str] = page.evaluate(
        """acts => [...document.querySelectorAll("main :is(a, button, select)")]
          .filter(one => one.checkVisibility() && one.getClientRects().length)
          .filter(one => !one.matches("a") || new RegExp(`^(${acts})`).test(one.innerText))
          .map(one => `${one.tagName} ${one.innerText}`)""",
        ACTS,
    )
    return found


def test_paper_has_nothing_to_press(site: Site, browse: Browse):
    with site.app.app_context():
        limiter.reset()
        made = Factory(site.app).evaluation(phase=Phase.SETUP)
        mail = db.session.get_one(User, made.chair.user_id).email
        counts = {setting: 21 + place for place, setting in enumerate(Setting)}
        keep_counts(made.chair, made.slug, counts)
        add_action_item(made.chair, made.slug, ItemText(words="Order headsets"))
        size = add_measure(
            made.chair, made.slug, MeasureText(words="Learners", unit=MeasureUnit.PERSONS)
        )
        record_actual(made.chair, made.slug, size.id, ActualText(period="2022-23", value="412"))
        reviews = [{"on": "2031-06-01", "about": "The year"}]
        save_plan_answers(made.chair, made.slug, "success", {"reviews": reviews})
        save_plan_answers(made.chair, made.slug, "learners", {"iep_504": "14.8"})
        db.session.remove()
    chair = browse(site, width=SHEET).sign_in(mail, PASSWORD)
    chair.page.emulate_media(media="print")
    found = {}
    for page in ("", "hints", "items/", "items/board", "measures", "seats", "triage/settings"):
        chair.page.goto(made.url(f"plan/{page}"))
        found[page] = list_controls(chair.page)

    assert {page: controls for page, controls in found.items() if controls} == {}
    told = chair.page.locator("main").inner_text()
    assert told.count("inside and outside the school day") == 2
