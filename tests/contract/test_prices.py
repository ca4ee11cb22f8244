"""Prices leave a vendor through `Vendor.price`, which is empty while they are sealed."""

import re
from pathlib import Path

from crrubric.domain.results.cost import PRICE_FIELDS

ROOT = Path(__file__).parents[2]
# A vendor's quantity is as common a word as others; what stands beside it is looked for.
RAW = re.compile(
    r"\b(" + "|".join(sorted(PRICE_FIELDS - {"quantity"})) + r"|typed_price|\w+\.quantity)\b"
)
# Where prices are typed, stored, named in words, or made up.
HERE = {
    "crrubric/domain/event_fields.py",
    "crrubric/domain/exchange/files.py",  # columns of a file
    "crrubric/domain/record/ballot_steps.py",  # the record is held against its journal
    "crrubric/domain/record/state.py",
    "crrubric/domain/results/cost.py",
    "crrubric/domain/setup/table_words.py",
    "crrubric/models/evaluations.py",
    "crrubric/queries/exchange/record_rows.py",  # to the file, as the page of vendors shows them
    "crrubric/queries/setup/prices.py",  # which prices are complete, while they are typed
    "crrubric/domain/results/offers.py",
    "crrubric/domain/setup/offer_cells.py",  # names of columns
    "crrubric/services/demo/offers.py",
    "crrubric/services/setup/offers/further_prices.py",
    "crrubric/services/setup/tables/choice_words.py",  # words for what a price is counted in
    "crrubric/services/setup/tables/several.py",
    "crrubric/services/setup/tables/table_lines.py",
    "crrubric/services/setup/vendors.py",
    "crrubric/services/demo/evaluations.py",
    "crrubric/web/setup/forms.py",
    "crrubric/web/setup/several_pages/several_forms.py",
    "crrubric/web/setup/several_pages/vendor_table.py",  # for whoever types them
    "crrubric/web/setup/offer_pages/costs.py",  # for whoever types them
    "crrubric/web/setup/offer_pages/further_prices.py",
    "crrubric/web/setup/offer_pages/missing_prices.py",
    "crrubric/web/setup/offer_pages/offer_forms.py",
    "crrubric/web/setup/vendors.py",
    "crrubric/web/record/journal_words.py",
    "templates/setup/several.html",
    "templates/setup/vendors/prices.html",
    "templates/setup/vendors/vendor.html",
}
PRICED = re.compile(r"\b(price|p|cost|line)\.\w+")  # read through the gate


def raw_prices() -> set[str]:
    files = [*(ROOT / "crrubric").rglob("*.py"), *(ROOT / "templates").rglob("*.html")]
    return {
        str(file.relative_to(ROOT))
        for file in files
        if "migrations" not in file.parts and RAW.search(PRICED.sub("", file.read_text("utf-8")))
    }


def test_only_these_modules_touch_a_price_as_it_was_typed():
    assert raw_prices() == HERE
