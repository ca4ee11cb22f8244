"""The form that attaches a file."""

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.vocabulary import N_
from crrubric.web.forms import Form


class FileForm(Form):
    """One file; what it is, its content says."""

    file = FileField(_("File"))

    def sent(self) -> tuple[str, bytes]:
        """(name as sent, bytes), of a byte more than allowed at most. Raises: Invalid."""
        if not self.file.data:
            raise Invalid(N_("Choose a file."), field="file")
        return self.file.data.filename or "", self.file.data.read(limits.FILE_BYTES + 1)
