"""Texts of Django and other libraries that this site shows and their own catalogues lack or have wrongly.

Nobody imports this: `make messages` finds the texts here, so that they can be translated in our catalogues, which
come before those of the libraries. A test (tests/rules/test_languages.py) says which of them a library has dropped.
"""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

# Django has these in Vietnamese, but wrong: "Password reset unsuccessful" says that it was successful.
WRONG = (
    _("Password reset unsuccessful"),
    _("Enter a whole number."),
    _("log entry"),
    _("log entries"),
    _("Log out"),
)

DJANGO = (
    _("Select this object for an action - {}"),
    _("Select all objects on this page for an action"),
    _("Breadcrumbs"),
    _("Model name"),
    _("Add link"),
    _("Change or view list link"),
    _("Error:"),
    _("Skip to main content"),
    _("Hide counts"),
    _("Show counts"),
    _("Toggle theme (current theme: auto)"),
    _("Toggle theme (current theme: light)"),
    _("Toggle theme (current theme: dark)"),
    _("Added:"),
    _("Changed:"),
    _("Deleted:"),
    _("Toggle navigation"),
    _("Sidebar"),
    _("Filter navigation items"),
    ngettext_lazy("entry", "entries"),
    _("View selected %(model)s"),
    _("Sessions"),
    _("That page number is not an integer"),
    _("That page number is less than 1"),
    _("That page contains no results"),
    _("Enter a valid domain name."),
    _("Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."),
    _("Enter a valid “slug” consisting of Unicode letters, numbers, underscores, or hyphens."),
    _("File extension “%(extension)s” is not allowed. Allowed extensions are: %(allowed_extensions)s."),
    _("Null characters are not allowed."),
    _("Constraint “%(name)s” is violated."),
    _("“%(value)s” value must be either True or False."),
    _("“%(value)s” value must be an integer."),
    _("“%(value)s” value has an invalid date format. It must be in YYYY-MM-DD format."),
    _("“%(value)s” value has the correct format (YYYY-MM-DD) but it is an invalid date."),
    _("“%(value)s” is not a valid UUID."),
    _("“%(pk)s” is not a valid value."),
    _("%(model)s instance with %(field)s %(value)r is not a valid choice."),
    _("Value must be valid JSON."),
    _("Enter a complete value."),
    _("Enter a valid duration."),
    _("Enter a valid UUID."),
    _("Enter a valid JSON."),
    _(
        "ManagementForm data is missing or has been tampered with. Missing fields: %(field_names)s. You may need to"
        " file a bug report if the issue persists."
    ),
    ngettext_lazy("Please submit at most %(num)d form.", "Please submit at most %(num)d forms."),
    ngettext_lazy("Please submit at least %(num)d form.", "Please submit at least %(num)d forms."),
    _("The inline value did not match the parent instance."),
    _(
        "%(datetime)s couldn’t be interpreted in time zone %(current_timezone)s; it may be ambiguous or it may not"
        " exist."
    ),
    pgettext_lazy("String to return when truncating text", "%(truncated_text)s…"),
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    _(
        "Enter a valid username. This value may contain only unaccented lowercase a-z and uppercase A-Z letters,"
        " numbers, and @/./+/-/_ characters."
    ),
)

# django-allauth has no Vietnamese at all.
ALLAUTH = (
    _("Accounts"),
    _("MFA"),
    _("Authenticator code"),
    _("Be patient, you are sending too many requests."),
    _("Code"),
    _("Current Password"),
    _("Email"),
    _("Email address"),
    _("Forgot your password?"),
    _("Incorrect code."),
    _("Incorrect password."),
    _("Invalid login."),
    _("Invalid or expired key."),
    _("New Password"),
    _("New Password (again)"),
    _("Password"),
    _("Password (again)"),
    _("Passwordless"),
    _(
        "Enabling passwordless operation allows you to sign in using just this key, but imposes additional"
        " requirements such as biometrics or PIN protection."
    ),
    _("Master key"),
    _("Backup key"),
    _("Key nr. {number}"),
    _("Please select only one."),
    _("Please type your current password."),
    _("Recovery codes"),
    _("Remember Me"),
    _("TOTP Authenticator"),
    _("The email address is not assigned to any user account."),
    _("The new value must be different from the current one."),
    _("The password reset token was invalid."),
    _("This account is currently inactive."),
    _("Too many failed login attempts. Try again later."),
    _("Use a security key"),
    _("Use authenticator app or code"),
    _("Use your password"),
    _("Username"),
    _("Username or email"),
    _("WebAuthn"),
    _("You must type the same password each time."),
    _("You cannot deactivate two-factor authentication."),
    _("You cannot generate recovery codes without having two-factor authentication enabled."),
    _("You cannot add an email address to an account protected by two-factor authentication."),
    _("Your account has no password set up."),
    _("The third-party account is already connected to a different account."),
)

# django-filter has none either.
FILTERS = (
    _("Select a lookup."),
    _("Range query expects two values."),
)
