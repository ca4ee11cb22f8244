"""Links of all who have not come yet: made anew by an act, shown once, and told."""

import pytest
from sqlalchemy import select

from crrubric.domain.events import Event
from crrubric.extensions import db
from crrubric.models import Invite, JournalEntry
from crrubric.queries.record.verification import verify_record
from crrubric.services.people import links
from crrubric.services.setup import committee
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.integration.people.test_links import GOOD, NORA, invite, told, user_of
from tests.pages import Page, filled_form, parse, words

SAM = "sam@school.example"


def tokens_on(page: Page) -> list[str]:
    values = [node.get("value") or "" for node in page.all("input")]
    return [value.rsplit("/", 1)[1] for value in values if "/invitations/" in value]


def test_new_links_for_all_end_the_old_ones_and_are_shown_once(make: Factory, visit: Visit):
    made = make.evaluation()
    old = [invite(made).token, invite(made, SAM, "Sam").token]
    chair, url = visit(made.chair), made.url("committee/links/")
    before = words(chair.page(url).root)
    assert "People who get a new link: 2. Nora New, Sam" in before
    assert "Links that they have from before stop working." in before

    done = chair.act(url)

    assert done.location == made.url("committee/links/new")
    tokens = tokens_on(chair.page(done.location))
    assert [visit().get(f"/invitations/{one}").status_code for one in old] == [404, 404]
    assert [visit().get(f"/invitations/{one}").status_code for one in tokens] == [200, 200]
    assert told(Event.INVITE_RENEWED, Event.INVITE_SHOWN) == [
        ("Dana Chair", kind, who)
        for kind in (Event.INVITE_RENEWED, Event.INVITE_SHOWN)
        for who in ("Nora New", "Sam")
    ]
    everything = repr([vars(row) for row in db.session.scalars(select(Invite))])
    assert [token in everything for token in tokens] == [False, False]
    elsewhere = visit(made.chair)  # in another browser, which never got them
    assert elsewhere.get(done.location).location == made.url("committee/")
    assert tokens_on(elsewhere.page(made.url("committee/"))) == []


def test_a_link_that_was_used_is_shown_no_more(make: Factory, visit: Visit):
    made = make.evaluation()
    invite(made)
    invite(made, SAM, "Sam")
    chair = visit(made.chair)
    shown = chair.act(made.url("committee/links/")).location
    first, second = tokens_on(chair.page(shown))

    links.accept_invite(first, password=GOOD)

    assert tokens_on(chair.page(shown)) == [second]
    links.accept_invite(second, password=GOOD)
    assert chair.get(shown).status_code == 404
    page = chair.page(made.url("committee/links/"))
    assert "Nobody needs a link" in words(page.root)


def test_who_comes_meanwhile_is_noticed_before_links_are_made(make: Factory, visit: Visit):
    made = make.evaluation()
    nora = invite(made)
    invite(made, SAM, "Sam")
    chair, url = visit(made.chair), made.url("committee/links/")
    shown = filled_form(chair.page(url), url)
    links.accept_invite(nora.token or "", password=GOOD)

    answer = chair.post(url, shown)

    assert answer.status_code == 409
    assert told(Event.INVITE_RENEWED) == []


@pytest.mark.both_databases
def test_only_links_that_are_the_committees_own_are_made(make: Factory, visit: Visit):
    made, other = make.evaluation(), make.evaluation(title="Other")
    invite(made)  # and invited elsewhere, too
    invite(other)
    own = invite(made, SAM, "Sam")
    gone = invite(made, "gone@school.example", "Gone")
    committee.remove_member(made.chair, made.slug, gone.member.id)
    chair = visit(made.chair)

    page = chair.page(chair.act(made.url("committee/links/")).location)

    assert len(tokens_on(page)) == 1
    assert told(Event.INVITE_RENEWED) == [("Dana Chair", Event.INVITE_RENEWED, own.member.name)]


def test_without_a_script_every_text_can_be_selected(make: Factory, visit: Visit):
    made = make.evaluation()
    invite(made)
    invite(made, SAM, "Sam")
    chair = visit(made.chair)

    page = chair.page(chair.act(made.url("committee/links/")).location)

    (first, second) = tokens_on(page)
    together = "".join(page.with_id("together").itertext())
    assert f"Nora New <{NORA}>\nhttp://localhost/invitations/{first}" in together
    assert second in together
    boxes = [node for node in page.root.iter() if node.get("data-copy")]
    assert [node.get("hidden") is not None for node in boxes] == [True] * 5


def correct(made: Made, visit: Visit, member: int, **typed: str):
    page = made.url(f"committee/{member}/address")
    return visit(made.chair).edit(page, {"name": "Nora New", "email": NORA, **typed})


def test_a_wrong_name_is_corrected_and_the_link_goes_on_working(make: Factory, visit: Visit):
    made = make.evaluation()
    wrong = invite(made, name="Nroa New")

    done = correct(made, visit, wrong.member.id)

    assert done.location == made.url("committee/")
    assert visit().get(f"/invitations/{wrong.token}").status_code == 200
    db.session.expire_all()
    assert (user_of(NORA).name, wrong.member.name) == ("Nora New", "Nora New")
    (entry,) = db.session.scalars(
        select(JournalEntry).where(JournalEntry.event == Event.INVITE_RENAMED)
    )
    assert (entry.before, entry.after) == ({"name": "Nroa New"}, {"name": "Nora New"})
    assert verify_record(db.session()).problems == ()
    chair = visit(made.chair)
    assert "corrected the name of Nora New" in chair.get(made.url("journal")).text


def test_a_name_is_needed_and_what_was_typed_is_kept(make: Factory, visit: Visit):
    made = make.evaluation()
    member = invite(made).member.id

    answer = correct(made, visit, member, name=" ", email=SAM)

    page = parse(answer.status_code, answer.text)
    assert "Enter the person’s name." in words(page.with_id("name-error"))
    assert page.with_id("email").get("value") == SAM
