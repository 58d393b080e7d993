"""Who comes in, and how: what is particular here about django-allauth, which does the rest."""
