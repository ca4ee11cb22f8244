"""Forms of accounts: signing in, choosing a password, changing what one has."""

from flask_babel import lazy_gettext as _
from wtforms import (
    EmailField,
    HiddenField,
    PasswordField,
    StringField,
)
from wtforms.validators import InputRequired

from crrubric.domain import limits
from crrubric.domain.vocabulary import Standing
from crrubric.services.people.accounts import clean_email
from crrubric.web.shared.forms import Checked, CodeField, Form, ListChoiceField, limit_length
from crrubric.web.shared.versions import EditForm


def make_address_field(label: str) -> EmailField:
    """An e-mail address that is checked as the service will."""
    return EmailField(
        label,
        [
            InputRequired(_("Enter an e-mail address.")),
            limit_length(limits.EMAIL),
            Checked(clean_email),
        ],
    )


def make_name_field() -> StringField:
    """The name of somebody else."""
    return StringField(
        _("Name"), [InputRequired(_("Enter the person’s name.")), limit_length(limits.NAME)]
    )


class SignInForm(Form):
    """Address and password."""

    email = EmailField(
        _("E-mail address"),
        [InputRequired(_("Enter your e-mail address.")), limit_length(limits.EMAIL)],
    )
    password = PasswordField(_("Password"), [InputRequired(_("Enter your password."))])
    next = HiddenField()


class SecondStepForm(Form):
    """The code of an authenticator app, or one on paper."""

    step_code = CodeField(
        _("Code"), [InputRequired(_("Enter the code.")), limit_length(limits.CODE_TEXT)]
    )
    next = HiddenField()


class AppCodeForm(Form):
    """The first code of an app that is being set up."""

    step_code = CodeField(
        _("The six digits that the app shows"),
        [InputRequired(_("Enter the code.")), limit_length(limits.CODE_TEXT)],
    )
    next = HiddenField()


class ConfirmForm(Form):
    """One's password once more, before something of importance."""

    password = PasswordField(_("Your password"), [InputRequired(_("Enter your password."))])
    next = HiddenField()


class PasskeyForm(Form):
    """What a passkey answered comes beside it, as `credential`: the page's script fills it in."""

    next = HiddenField()


class NewPasskeyForm(PasskeyForm):
    """A new passkey, by the name that its person gives it."""

    name = StringField(
        _("Name of the passkey"),
        [
            InputRequired(_("Enter a name by which you will know this passkey.")),
            limit_length(limits.NAME),
        ],
    )


class ConnectForm(Form):
    """What shows that an account is one's own, before it is connected with one elsewhere.

    What is not asked of an account is taken out.
    """

    password = PasswordField(_("Password"), [InputRequired(_("Enter your password."))])
    step_code = CodeField(
        _("Code of the app, or a recovery code"),
        [InputRequired(_("Enter the code.")), limit_length(limits.CODE_TEXT)],
    )
    next = HiddenField()


class TwoStepsOffForm(ConfirmForm):
    """Both steps once more."""

    step_code = CodeField(
        _("Code of the app, or a recovery code"),
        [InputRequired(_("Enter the code.")), limit_length(limits.CODE_TEXT)],
    )


class PasswordForm(Form):
    """A new password, typed once: it can be shown while typing."""

    password = PasswordField(_("Choose a password"), [InputRequired(_("Choose a password."))])


class NewPasswordForm(PasswordForm):
    """Another password than the present one."""

    present_password = PasswordField(
        _("Your present password"), [InputRequired(_("Enter your present password."))]
    )


class NameForm(EditForm):
    """One's own name."""

    name = StringField(
        _("Your name"), [InputRequired(_("Enter your name.")), limit_length(limits.NAME)]
    )


class NewAddressForm(Form):
    """Another address for an account."""

    email = make_address_field(_("New e-mail address"))


class InvitedPersonForm(EditForm):
    """The right name and address of somebody who was invited."""

    name = make_name_field()
    email = make_address_field(_("E-mail address"))


class AddressForm(NewAddressForm):
    """Another address of one's own, confirmed by the password."""

    password = PasswordField(_("Your password"), [InputRequired(_("Enter your password."))])


class TestMailForm(Form):
    """Where to send a test mail."""

    email = make_address_field(_("Send it to"))


class AddedPersonForm(Form):
    """Somebody who gets an account."""

    name = make_name_field()
    email = make_address_field(_("E-mail address"))
    standing = ListChoiceField(_("Role on this site"), default=Standing.MEMBER.value)  # the least


class LinkForm(Form):
    """Where to send a link."""

    email = EmailField(
        _("E-mail address"),
        [InputRequired(_("Enter your e-mail address.")), limit_length(limits.EMAIL)],
    )
