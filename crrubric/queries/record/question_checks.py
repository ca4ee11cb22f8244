"""What must hold among questions, askings and their evaluation, apart from constraints."""

from sqlalchemy import ColumnElement, select

from crrubric.domain.translation import N_
from crrubric.models import Asking, Base, Criterion, Member, Question, Vendor

Check = tuple[str, type[Base], ColumnElement[bool]]


def list_question_checks() -> tuple[Check, ...]:
    """(what is wrong, the table, the rows that are)."""
    return (
        (
            N_("Reviewers’ questions that were added to a question to another vendor: %(count)s."),
            Asking,
            Asking.id.in_(
                select(Asking.id)
                .join(Question, Question.id == Asking.question_id)
                .where(Question.vendor_id != Asking.vendor_id)
            ),
        ),
        (
            N_(
                "Reviewers’ questions whose member and vendor belong to different evaluations: "
                "%(count)s."
            ),
            Asking,
            Asking.id.in_(
                select(Asking.id)
                .join(Member, Member.id == Asking.member_id)
                .join(Vendor, Vendor.id == Asking.vendor_id)
                .where(Member.evaluation_id != Vendor.evaluation_id)
            ),
        ),
        *(
            (
                N_(
                    "Questions, or reviewers’ questions, on a criterion of another evaluation: "
                    "%(count)s."
                ),
                model,
                model.id.in_(
                    select(model.id)
                    .join(Vendor, Vendor.id == model.vendor_id)
                    .join(Criterion, Criterion.id == model.criterion_id)
                    .where(Criterion.evaluation_id != Vendor.evaluation_id)
                ),
            )
            for model in (Question, Asking)
        ),
    )
