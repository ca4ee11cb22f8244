"""Which version of a thing a form showed, so that nobody overwrites what they have not seen.

A version is the fingerprint of the values that the form lets people change. It needs no column,
so no table can lack one; and it is another one exactly when one of these values is another.
"""

import json
from collections.abc import Mapping

from crrubric.domain.record.chain import hash_text

LENGTH = 32  # hex digits of the SHA-256


def fingerprint_values(values: Mapping[str, object]) -> str:
    """The version that these values are, by name; the order of the names does not matter."""
    text = json.dumps(values, sort_keys=True, default=str)
    return hash_text(text)[:LENGTH]
