"""A site that sends no e-mail promises none, and says what people do instead."""

import re

import pytest

from crrubric.domain.vocabulary import Phase, Standing
from tests.factories import Factory
from tests.integration.conftest import Visit
from tests.pages import words

PROMISES = re.compile(
    r"get an e-mail|get a reminder|reminders go out|by e-mail, when|are reminded before it\."
    r"|is on its way|on memos and mails|Forgot your password"
)
PAGES = ("/account", "/", "/help", "/district", "/accounts", "/accounts/new", "/site")


@pytest.mark.parametrize("phase", [Phase.SETUP, Phase.SCORING])
def test_no_page_promises_a_mail(make: Factory, visit: Visit, phase: Phase):
    made = make.evaluation(phase=phase, reviewers=2)
    chair, administrator = visit(made.chair), visit(make.actor(standing=Standing.ADMINISTRATOR))
    scoring = ["progress", "progress/closing-day", "progress/remind"]
    own = ["", "committee/", *(scoring if phase is Phase.SCORING else ["facts"])]

    pages = [chair.page(made.url(path)) for path in own] + [
        visitor.page(path)
        for visitor, paths in ((administrator, PAGES), (visit(make.actor()), PAGES[:3]))
        for path in paths
    ]

    assert [page.status for page in pages] == [200 for _page in pages]
    found = [PROMISES.findall(words(page.root)) for page in pages]
    assert found == [[] for _page in pages]


def test_what_to_do_instead_is_said(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)

    closing = visit(made.chair).page(made.url("progress/closing-day"))
    account = words(visit(made.chair).page("/account").root)

    assert "This site sends no e-mail: remind them yourself" in words(closing.root)
    assert made.url("progress/remind") in [node.get("href") for node in closing.all("a")]
    assert "This site sends no e-mail, and so no reminders." in account


@pytest.mark.usefixtures("mailing")
def test_a_site_that_sends_mail_says_so(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    administrator = visit(make.actor(standing=Standing.ADMINISTRATOR))

    assert "get a reminder of it" in words(
        visit(made.chair).page(made.url("progress/closing-day")).root
    )
    assert "You get an e-mail a week before" in words(visit(made.chair).page("/account").root)
    assert "reminders go out at eight" in words(administrator.page("/district").root)
