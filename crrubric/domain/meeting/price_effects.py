"""What opening the prices will do."""

from collections.abc import Iterable

from crrubric.domain.foreseen import Foreseen, Remark, make_list_remark
from crrubric.domain.translation import N_


def foresee_price_opening(vendors: Iterable[str]) -> Foreseen:
    """Everybody sees what these vendors cost; which prices are known is shown only then."""
    return Foreseen(
        (
            make_list_remark(
                N_("Everybody who may read results sees the prices of these vendors, %(count)s:"),
                vendors,
            ),
            Remark(N_("That can’t be undone.")),
            Remark(N_("Findings that are changed after it are counted in the memo.")),
        )
    )
