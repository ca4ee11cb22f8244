"""A chair downloads an archive, and the page in it verifies it, opened from disk."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import User
from tests.browser.conftest import Browse
from tests.browser.looks import violations
from tests.browser.sites import Site
from tests.factories import PASSWORD, Factory

pytestmark = pytest.mark.xdist_group("browser, scripts")

MARKS = {(0, 0): "YYA", (0, 1): "YNY", (1, 0): "YYA", (1, 1): "NYY"}


@pytest.fixture
def offline(chromium: Browser) -> Iterator[Page]:
    """A page of its own, without a network."""
    context = chromium.new_context(offline=True, viewport={"width": 1366, "height": 768})
    yield context.new_page()
    context.close()


def test_what_a_chair_downloads_verifies_itself_in_a_browser(
    site: Site, browse: Browse, offline: Page, tmp_path: Path
):
    with site.app.app_context():
        made = Factory(site.app).evaluation(phase=Phase.DECIDED, marks=MARKS)
        address, url = db.session.get_one(User, made.chair.user_id).email, made.url("archive/")
        db.session.remove()
    chair = browse(site).sign_in(address, PASSWORD)
    chair.page.goto(url)
    assert violations(chair.page) == []
    chair.page.get_by_label("For the district’s own record: everything").check()
    path = tmp_path / "archive.zip"
    with chair.page.expect_download() as saved:
        chair.page.get_by_role("button", name="Make and download").click()
    saved.value.save_as(path)
    with zipfile.ZipFile(path) as opened:
        opened.extract("verify.html", tmp_path)
    faults: list[str] = []
    offline.on("console", lambda message: faults.append(message.text))
    offline.on("pageerror", lambda error: faults.append(str(error)))

    offline.goto((tmp_path / "verify.html").as_uri())
    offline.locator("#file").set_input_files(path)

    expect(offline.locator("#verdict")).to_contain_text("Everything fits together")
    assert violations(offline) == []
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)
    offline.locator("#file").set_input_files(path)
    expect(offline.locator("#verdict")).to_contain_text("Problems")
    assert faults == []


def test_the_page_of_the_archive_is_up_to_date_once_the_file_is_saved(site: Site, browse: Browse):
    with site.app.app_context():
        made = Factory(site.app).evaluation(phase=Phase.DECIDED, marks=MARKS)
        address, url = db.session.get_one(User, made.chair.user_id).email, made.url("archive/")
        db.session.remove()
    chair = browse(site).sign_in(address, PASSWORD)
    chair.page.goto(url)
    sent = chair.count_posts()
    chair.expected.append("status of 422")  # nothing was chosen
    make = chair.page.get_by_role("button", name="Make and download")
    make.click()
    expect(chair.page.get_by_text("There is a problem")).to_be_visible()
    expect(chair.page.locator("#error-summary")).to_be_focused()
    assert (len(sent), violations(chair.page)) == (1, [])
    chair.page.get_by_label("For the public, with names").check()

    with chair.page.expect_download() as saved:
        make.click()

    assert saved.value.suggested_filename == f"{made.slug}-public-copy.zip"
    expect(chair.page.locator("#made ~ ul")).to_contain_text("for the public, with names")
    expect(chair.page.get_by_text("There is a problem")).to_have_count(0)
    expect(chair.page.get_by_text("No archive has been made.")).to_have_count(0)
    assert len(sent) == 2
