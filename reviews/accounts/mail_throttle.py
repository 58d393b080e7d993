"""Rate limit of mails to people without an account: for the whole site, whoever asks, from wherever."""

from reviews.accounts.sign_in_throttle import digest, store_attempt

# Within an hour. Who asks for a new password with a mistyped address is one of a few; who asks a hundred times attacks.
TO_STRANGERS = 20
INVITATIONS = 200  # a review of eleven countries begins with fewer


def count_mail_to_stranger() -> bool:
    """Count a mail to an address that nobody here has; False if there were too many."""
    return store_attempt({digest("mail", "stranger"): TO_STRANGERS}) is not None


def count_invitation() -> bool:
    """Count an invitation; False if there were too many."""
    return store_attempt({digest("mail", "invitation"): INVITATIONS}) is not None
