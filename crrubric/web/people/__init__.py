"""Sign-in, invitations and the home page."""

# the modules with a blueprint; `crrubric.web` registers them
BLUEPRINTS = (
    "account",
    "account_pages.account_acts",
    "account_pages.accounts",
    "calendar_link",
    "district",
    "forgotten",
    "help",
    "home",
    "own",
    "own_sign_in",
    "provider_sign_in",
    "second_step",
    "ways_in.confirming",
    "ways_in.key_sign_in",
    "ways_in.mailed_sign_in",
    "ways_in.own_passkeys",
)
