from flask import Blueprint
from crrubric.domain.vocabulary import Action
from crrubric.web.access import in_evaluation

bp = Blueprint("memo", __name__, url_prefix="/evaluations/<slug>/memo")


@bp.get("/")
@in_evaluation(Action.VIEW_MEMO)
def preview(seat):
    return "x"
