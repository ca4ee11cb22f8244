"""Shares as whole numbers of hundredths or thousandths, for whoever reads them."""

from fractions import Fraction


def round_share(share: Fraction, parts: int, *, mark: Fraction | None = None) -> int:
    """How many of so many parts a share is, to the nearest.

    Only nothing is nothing and only all is all: what lies beside them is not rounded onto them, nor
    what lies below the pass mark (`mark`) onto that: it would read as if it were there.
    """
    nearest = round(share * parts)
    if nearest == 0 and share > 0:
        return 1
    below = [edge for edge in (Fraction(1), mark) if edge is not None and share < edge]
    return nearest - 1 if Fraction(nearest, parts) in below else nearest
