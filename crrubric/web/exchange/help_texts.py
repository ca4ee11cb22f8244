"""What the page of downloads is for."""

from crrubric.domain.help import HelpTopic
from crrubric.domain.translation import N_

EXCHANGE_HELP = (
    HelpTopic(
        anchor="downloads",
        title=N_("Downloads"),
        pages=("exports.show_downloads",),
        everybody=N_(
            "Every file of this evaluation that you may have now: tables for spreadsheets and "
            "programs, and the papers. A file holds what its pages show you. In CSV files an "
            "apostrophe stands before =, +, - or @ wherever a spreadsheet could take what follows "
            "for a formula: at the start of a cell and after a comma, semicolon, bar, quotation "
            "mark, tab or line break. An import takes off one such apostrophe in each of these "
            "places, and no other. A text that has one there itself has two in the file."
        ),
    ),
)
