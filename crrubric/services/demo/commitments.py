"""What vendors promised in the demo, and whether they kept it, from `data/demo_renewal.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from crrubric.domain.vocabulary import CommitmentState
from crrubric.models import Commitment, SettledCommitment
from crrubric.services.demo.questions import DemoEvaluation
from crrubric.services.meeting.positions import note_commitment
from crrubric.services.meeting.promises import note_commitment_state


@cache
def load_demo_renewal() -> Mapping[str, Any]:
    """The promises and the renewed evaluation as they are shipped."""
    file = resources.files("crrubric.data") / "demo_renewal.toml"
    return tomllib.loads(file.read_text("utf-8"))


def add_commitments(cast: DemoEvaluation, key: str) -> None:
    """The promises made to one evaluation, with what was said of each later, in this order."""
    for row in load_demo_renewal()["commitment"]:
        if row["evaluation"] == key:
            _add_commitment(cast, row)


def _add_commitment(cast: DemoEvaluation, row: Mapping[str, Any]) -> None:
    vendor = cast.vendors[row["vendor"]]
    commitment = Commitment(
        vendor=vendor,
        words=row["words"],
        owner=row["owner"],
        due_on=cast.ago(-row["due_in"]).date(),
        recorded_by=cast.chair.name,
        recorded_at=cast.ago(row["days_ago"]),
    )
    cast.session.add(commitment)
    cast.session.flush()
    note_commitment(cast.session, cast.chair, commitment, vendor, at=commitment.recorded_at)
    settled = SettledCommitment(commitment_id=commitment.id, settled_by=cast.chair.name)
    before = CommitmentState.OPEN
    for said in row["said"]:
        settled.state, settled.reason = CommitmentState(said["state"]), said["reason"]
        settled.settled_at = cast.ago(said["days_ago"])
        note_commitment_state(cast.session, cast.chair, commitment, settled, before)
        before = settled.state
    cast.session.add(settled)
