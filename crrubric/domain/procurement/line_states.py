"""The states of a line of the checklist, and the levels of evidence."""

from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import LabelledEnum


class LineState(LabelledEnum):
    """How far a line of the checklist is."""

    OPEN = "OPEN", N_("not done")
    DONE = "DONE", N_("done")
    NOT_APPLICABLE = "NOT_APPLICABLE", N_("does not apply")


class EvidenceLevel(LabelledEnum):
    """How well it is shown that something works: ESEA section 8101(21)(A), the strongest first."""

    STRONG = "STRONG", N_("Strong evidence (experimental study)")
    MODERATE = "MODERATE", N_("Moderate evidence (quasi-experimental study)")
    PROMISING = "PROMISING", N_("Promising evidence (correlational study)")
    RATIONALE = "RATIONALE", N_("Demonstrates a rationale")
