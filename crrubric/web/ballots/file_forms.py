"""The form that attaches a file."""

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField

from crrubric.domain import limits
from crrubric.web.shared.forms import Form


class FileForm(Form):
    """One file; what it is, its content says."""

    file = FileField(_("File"), [FileRequired(_("Choose a file."))])
    tells_prices = BooleanField(_("This file tells prices"))  # of a vendor's files alone

    def sent(self) -> tuple[str, bytes]:
        """(name as sent, bytes), of a byte more than allowed at most; after validation.

        Until this is called the bytes are on disk, where Werkzeug put them as they came.
        """
        return self.file.data.filename or "", self.file.data.read(limits.FILE_BYTES + 1)
