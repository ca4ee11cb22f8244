"""What is done one after the other while marks are taken out of a file."""

from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import LabelledEnum


class ImportStep(LabelledEnum):
    """A step that takes its time, and what is counted in it."""

    CHECK = "CHECK", N_("Lines checked")
    STORE = "STORE", N_("Lines stored")
    RECORD = "RECORD", N_("Ballots recorded")
