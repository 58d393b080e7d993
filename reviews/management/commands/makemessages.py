"""Django's own, which also looks for what our code calls gettext where `_` is the lazy one."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=_now", "--keyword=_lazy"]
