"""In which order each reviewer is shown the vendors: different, stable, balanced."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def order_for_seat(things: Sequence[T], seat: int) -> list[T]:
    """The things in the order of the reviewer on this seat (0, 1, 2 …).

    Rows of a Williams design: over the first n seats (2n for an odd number of things) each thing
    stands equally often in each place, and follows each other thing equally often, so that no
    vendor is always seen fresh, tired, or after the same one.
    Source: Williams (1949), Australian Journal of Scientific Research A 2:149-168.
    """
    size = len(things)
    if not size:
        return []
    row = [(_zigzag_position(place, size) + seat) % size for place in range(size)]
    if size % 2 and seat // size % 2:
        row.reverse()
    return [things[place] for place in row]


def _zigzag_position(place: int, size: int) -> int:
    """0, 1, n-1, 2, n-2 …"""
    return (place + 1) // 2 if place % 2 else (size - place // 2) % size
