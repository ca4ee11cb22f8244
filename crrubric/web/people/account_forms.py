"""Forms of accounts: signing in, choosing a password."""

from flask_babel import lazy_gettext as _
from wtforms import (
    EmailField,
    HiddenField,
    PasswordField,
)
from wtforms.validators import InputRequired

from crrubric.domain import limits
from crrubric.web.shared.forms import Form, limit_length


class SignInForm(Form):
    """Address and password."""

    email = EmailField(
        _("E-mail address"),
        [InputRequired(_("Enter your e-mail address.")), limit_length(limits.EMAIL)],
    )
    password = PasswordField(_("Password"), [InputRequired(_("Enter your password."))])
    next = HiddenField()


class PasswordForm(Form):
    """A new password, typed once: it can be shown while typing."""

    password = PasswordField(_("Choose a password"), [InputRequired(_("Choose a password."))])
