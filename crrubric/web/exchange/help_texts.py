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
    HelpTopic(
        anchor="import-marks",
        title=N_("Importing marks from a file"),
        pages=(
            "imports.show_import_page",
            "imports.show_columns",
            "imports.show_import_preview",
        ),
        chair=N_(
            "Ballots that reviewers gave in a spreadsheet or an online form come in here. The file "
            "is read, you say which column is which where that was not understood, and you look "
            "at what would be imported: how answers are taken, which ballots are filled, what is "
            "not read, and everything that can’t be used. Then all of it is taken, or nothing. "
            "The ballots are sealed, you have seen them by that, and each reviewer is asked to "
            "confirm theirs. How you matched the columns is proposed when such a file comes again."
        ),
    ),
)
