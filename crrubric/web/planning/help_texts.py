"""What the pages of the plan are for."""

from crrubric.domain.help import HelpTopic
from crrubric.domain.translation import N_

PLANNING_HELP = (
    HelpTopic(
        anchor="triage",
        title=N_("Triage"),
        pages=("triage.show_triage",),
        everybody=N_(
            "How many credits a learner must earn a semester says roughly how likely they are to "
            "graduate on time, and which of eight settings fits. Use it to plan seats and rooms "
            "before you choose courseware. Nothing that you enter about a learner is kept."
        ),
    ),
)
