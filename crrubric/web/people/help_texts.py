"""What the pages of accounts, the site and home are for."""

from crrubric.domain.help import HelpTopic
from crrubric.domain.translation import N_

PEOPLE_HELP = (
    HelpTopic(
        anchor="home",
        title=N_("Home"),
        pages=("home.show_home",),
        chair=N_(
            "Home lists your evaluations; those in which something waits for you come first. Each "
            "says what waits, with the link to where it is done. With “Start a new evaluation” "
            "you begin the next one, from the built-in rubric or from an evaluation of earlier "
            "years."
        ),
        reviewer=N_(
            "Home lists the evaluations to which you were invited. If ballots wait for you, the "
            "button “Score vendors” leads to them. If nothing waits, there is nothing to do: a "
            "notice here tells you when that changes, and an e-mail if this site sends any."
        ),
    ),
    HelpTopic(
        anchor="new-evaluation",
        title=N_("A new evaluation"),
        pages=("home.show_new_evaluation_form",),
        chair=N_(
            "Here you start an evaluation with a title and a sentence on what it is for. You can "
            "begin with the built-in rubric, or take over rubric, rule and people of an earlier "
            "evaluation. Nobody is told anything yet, and everything can be changed until you "
            "open scoring."
        ),
    ),
    HelpTopic(
        anchor="account",
        title=N_("Your account"),
        pages=(
            "own.show_own_account",
            "own.show_own_address_form",
            "own.show_own_password_form",
            "own.show_new_address",
        ),
        everybody=N_(
            "Here you change how your name is shown, your e-mail address, your password and your "
            "language. A new address counts once you have opened the link that is sent to it; "
            "where the site sends no e-mail, whoever runs the server changes the address. "
            "Whoever changes the password is signed out everywhere else. What you have marked "
            "does not change with your name."
        ),
    ),
    HelpTopic(
        anchor="signing-in",
        title=N_("Signing in"),
        pages=(
            "own_sign_in.show_own_sign_in",
            "own_sign_in.show_app_set_up",
            "own_sign_in.show_recovery_codes",
            "own_sign_in.show_two_steps_off_form",
            "own_passkeys.show_new_passkey_form",
            "own_passkeys.show_passkey_end",
            "own_passkeys.show_app_end",
            "confirming.show_confirmation_form",
            "confirming.show_confirmation_link",
            "second_step.show_second_step",
            "second_step.show_required_set_up",
            "provider_sign_in.show_connect_form",
        ),
        everybody=N_(
            "With two-step sign-in a passkey or a code is asked for after your password. Your "
            "phone or computer keeps the passkey and opens it with a finger, a face or a PIN; it "
            "can also sign you in alone. An authenticator app shows another code each half minute. "
            "Print your recovery codes: each works once in the place of either. Where your "
            "district offers it, you can sign in with your account of Google, Microsoft or the "
            "like; if there is a password for you here, you are asked for it once. Here you also "
            "see with what and in which browsers you are signed in, and can end what you do not "
            "use any more."
        ),
    ),
    HelpTopic(
        anchor="calendar",
        title=N_("Your calendar"),
        pages=("calendar_link.show_own_calendar",),
        everybody=N_(
            "Save the due days of your action items as a file, or make a secret link that your "
            "calendar program reads by itself. The link is shown once; it gives days without any "
            "names. Replace it if somebody else has it, or end it. It also ends when you change "
            "your password."
        ),
    ),
    HelpTopic(
        anchor="unsent",
        title=N_("Words that are not saved"),
        pages=("unsent.show_unsent_words",),
        everybody=N_(
            "If the connection fails while you write, your browser keeps the words. This page "
            "shows them and says why they were not saved. Send them from the page where they "
            "belong, or copy them and discard them here."
        ),
    ),
    HelpTopic(
        anchor="accounts",
        title=N_("Accounts"),
        pages=(
            "accounts.show_accounts",
            "accounts.show_account",
            "accounts.show_new_account_form",
            "account_acts.show_account_act",
        ),
        chair=N_(
            "Administrators see every account of the site here. They add people who may start "
            "evaluations, give roles, send or make a link for a new password, turn off the second "
            "step of somebody who lost the phone, confirm that an address belongs to a person, and "
            "disable an account of somebody who has left. Before any of it a page says what "
            "will happen, and to whom. What that person marked stays in the record. No "
            "administrator can read a ballot here."
        ),
    ),
    HelpTopic(
        anchor="chairs",
        title=N_("Chairs"),
        pages=("chairs.show_chairs", "chairs.show_appointment_form"),
        chair=N_(
            "Administrators appoint a chair here where an evaluation has none who can act: "
            "somebody has left, or every chair has a conflict of interest. The reason is kept in "
            "the journal, and the committee is told. The new chair reads no ballot before the "
            "committee does."
        ),
    ),
    HelpTopic(
        anchor="site",
        title=N_("This site"),
        pages=("site.show_site", "site.show_site_mail", "site.show_site_settings"),
        chair=N_(
            "Administrators see here whether the site does well, which evaluations there are, what "
            "became of e-mails, and which settings are in force. A test e-mail shows whether mail "
            "works. What committees do in their evaluations is not shown here."
        ),
    ),
    HelpTopic(
        anchor="records",
        title=N_("Records due for removal"),
        pages=(
            "keeping.show_records",
            "keeping.show_keeping_times",
            "keeping.show_hold_form",
            "keeping.show_proposal",
            "keeping.show_other_proposal",
            "keeping.show_removal",
            "keeping.show_certificate",
        ),
        chair=N_(
            "Administrators set here how long records are kept, and see which are due. One of them "
            "proposes a removal, another confirms it: then the record goes for good, and a "
            "certificate of it stays. A legal hold stops that for as long as it lasts. Make an "
            "archive file first, if the record is to be kept somewhere else."
        ),
    ),
    HelpTopic(
        anchor="district",
        title=N_("District"),
        pages=("district.show_district",),
        chair=N_(
            "Administrators set the name and the time zone of the district here. Days and times "
            "on every page and in the memo are shown in this time zone; reminders, if this "
            "site sends e-mail, go out in its morning. Set both before the first evaluation "
            "begins. The language is for visitors and papers that say no other; a logo stands on "
            "pages and papers."
        ),
    ),
)
