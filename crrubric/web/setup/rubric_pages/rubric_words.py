"""What people read for what differs between two rubrics."""

from decimal import Decimal
from fractions import Fraction

from flask import Flask

from crrubric.domain.setup.rubric_files.differences import RubricDifference
from crrubric.domain.vocabulary import Stakeholder
from crrubric.web.record.journal_words import format_journal_value, translate_field_value
from crrubric.web.shared.words import format_short_number, translate_label


def init_app(app: Flask) -> None:
    """Give templates the filters."""
    app.jinja_env.filters.update(rubric_value=format_rubric_value, leaves_out=leaves_out)


def format_rubric_value(value: object, key: str) -> str:
    """A value of a criterion that is no text."""
    if isinstance(value, Stakeholder):
        return translate_label(value)
    if isinstance(value, Fraction):
        return format_short_number(Decimal(value.numerator) / value.denominator)
    return format_journal_value(translate_field_value(key, value))


def leaves_out(difference: RubricDifference) -> bool:
    """Whether a criterion is left out from now on."""
    values = (change for row in difference.changed for change in row.values)
    return any(change.key == "left_out" and change.new is True for change in values)
