"""What was read of a workbook is kept beside it, and comes back as it was."""

import zlib
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crrubric.services.exchange import kept_sheets
from crrubric.services.exchange.kept_sheets import Sheets, pack_sheets, unpack_sheets

BODY = b"the workbook"
CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(st.dictionaries(CELLS, st.lists(st.lists(CELLS, max_size=4), max_size=5), max_size=4))
def test_every_cell_of_every_sheet_comes_back(sheets: Sheets):
    again = unpack_sheets(pack_sheets(sheets, BODY), BODY)

    assert again == sheets
    assert again is not None
    assert [*again] == [*sheets]  # in their order


@pytest.mark.parametrize(
    "packed",
    [
        None,
        b"",
        b"no zlib",
        pack_sheets({"A": [["1"]]}, b"another workbook"),
        (pack_sheets({"A": [["1"]]}, BODY) or b"")[:-4],
        zlib.compress(b"[]\n"),
        zlib.compress(b""),
        zlib.compress(b'["' + b"x" * 100),
    ],
)
def test_what_is_of_another_file_or_form_is_not_used(packed: bytes | None):
    assert unpack_sheets(packed, BODY) is None


def test_another_form_is_not_used(monkeypatch: pytest.MonkeyPatch):
    packed = pack_sheets({"A": [["1"]]}, BODY)

    monkeypatch.setattr(kept_sheets, "FORM", kept_sheets.FORM + 1)

    assert unpack_sheets(packed, BODY) is None


def test_what_is_too_much_is_not_kept(monkeypatch: pytest.MonkeyPatch):
    random = Random(5)
    noise = {"A": [[f"{random.getrandbits(400):x}"] for _row in range(200)]}
    same = {"A": [["the same"]] * 200}
    monkeypatch.setattr(kept_sheets, "MOST_PACKED", 2_000)

    assert pack_sheets(noise, BODY) is None
    assert pack_sheets(same, BODY) is not None


def test_what_unpacks_to_too_much_is_not_used(monkeypatch: pytest.MonkeyPatch):
    packed = pack_sheets({"A": [["the same"]] * 200}, BODY)
    monkeypatch.setattr(kept_sheets, "MOST_UNPACKED", 1_000)

    assert pack_sheets({"A": [["the same"]] * 200}, BODY) is None
    assert unpack_sheets(packed, BODY) is None
