"""A real browser on a real server; whatever the browser complains about fails the test."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import select

from crrubric.domain.setup.rubric import load_built_in_rubric
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db, limiter
from crrubric.models import User
from crrubric.queries.people.people import actor_of
from crrubric.services.demo.district import make_demo
from crrubric.services.setup.evaluations import create_evaluation
from crrubric.services.setup.vendors import VendorFacts, add_vendor
from tests.browser.ballots import Task
from tests.browser.browser import find_browser
from tests.browser.sites import Site, made_once, serve
from tests.browser.visitor import Contexts, Visitor
from tests.conftest import fresh_app, wipe
from tests.factories import PASSWORD, Factory

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--in-process-gpu",
    "--renderer-process-limit=1",
)
NO_BROWSER = "the browser tests need Chromium: install it, or name one in CRRUBRIC_BROWSER"

expect.set_options(timeout=15_000)  # ms; a busy machine may need them, an idle one waits for none

Browse = Callable[..., Visitor]


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run have in common."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if own.name.startswith("popen-") else own


@pytest.fixture(scope="session")
def empty_site(data_folder: Path) -> Iterator[Site]:
    yield from serve(fresh_app("", data_folder / "site"))


@pytest.fixture
def site(empty_site: Site) -> Site:
    """A served app in which there is nothing yet."""
    with empty_site.app.app_context():
        wipe()
        db.session.remove()
    return empty_site


@pytest.fixture(scope="session")
def demo(data_folder: Path, shared_folder: Path) -> Iterator[Site]:
    """The served demo; tests only look at it."""
    original = made_once(shared_folder / "demo-original", make_demo_folder)
    shutil.copytree(original, data_folder / "demo")
    app = fresh_app("", data_folder / "demo", DEMO=True)
    yield from serve(app, lasting=True)


def make_demo_folder(folder: Path) -> None:
    """Make the folder that holds the data of the demo."""
    app = fresh_app("", folder, DEMO=True)
    with app.app_context():
        make_demo()
        begin_evaluation()
        db.session.remove()
        db.engine.dispose()


def begin_evaluation() -> None:
    """An evaluation in set-up, which the demo leaves to those who try it."""
    dana = db.session.scalars(select(User).where(User.email.startswith("dana@"))).one()
    chair = actor_of(dana)
    made = create_evaluation(chair, title="Begun today", rubric=load_built_in_rubric())
    add_vendor(chair, made.slug, VendorFacts(company="Quillmere", product="Courses"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser that CRRUBRIC_BROWSER names, else an installed one; none is a failure."""
    path = find_browser()
    if path is None:
        pytest.fail(NO_BROWSER, pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def contexts(chromium: Browser) -> Contexts:
    """The contexts of this worker's browser."""
    return Contexts(chromium)


@pytest.fixture
def browse(contexts: Contexts, request: pytest.FixtureRequest) -> Iterator[Browse]:
    """browse(site) is a stranger at a desktop. What their browsers complain about must be []."""
    visitors: list[Visitor] = []

    def open_browser(site: Site, name: str = "", **options: object) -> Visitor:
        folder = f"{request.node.originalname}/{name}"
        visitors.append(contexts.visitor(site, folder, **options))
        return visitors[-1]

    yield open_browser
    complaints = [text for visitor in visitors for text in visitor.unexpected()]
    for visitor in visitors:
        contexts.give_back(visitor)
    assert complaints == []


@pytest.fixture
def task(site: Site) -> Task:
    with site.app.app_context():
        limiter.reset()
        made = Factory(site.app).evaluation(phase=Phase.SCORING, reviewers=2, vendors=1)
        person, other = (db.session.get_one(User, row.user_id).email for row in made.reviewers)
        ballot = made.url(f"ballots/{made.vendors[0].id}")
        task = Task(site, person, ballot, other, made.slug, made.chair)
        db.session.remove()
    return task


@pytest.fixture
def reviewer(task: Task, browse: Browse) -> Visitor:
    """The reviewer with the ballot open."""
    visitor = browse(task.site).sign_in(task.email, PASSWORD)
    visitor.page.goto(task.address)
    return visitor
