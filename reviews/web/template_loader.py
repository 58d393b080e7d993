"""Template loaders: without indentation, and with every variable of our templates isolated in its direction of writing.

Templates are indented for those who read them. In a page of many rows that was a fifth of the bytes; leaving it out
when a template is compiled costs nothing when it is rendered. Line breaks stay, so that errors name the right line.

What people wrote may be in Arabic letters, or hold a sign that turns the direction of what follows. Each variable of a
template keeps that to itself, so that no template has to think of it.
"""

import re
from typing import Any

from django.template import Context
from django.template.base import FilterExpression, NodeList, Origin, Template, TokenType, VariableNode
from django.template.loaders import base, cached, filesystem
from django.templatetags.i18n import BlockTranslateNode

from reviews.rendering.direction import isolated_value

INDENTATION = re.compile(r"(?<=\n)[ \t]+")


class UnindentedLoader(filesystem.Loader):
    """Loads from the folders of `DIRS`, without the white space that lines begin with."""

    def get_contents(self, origin: Origin) -> str:
        return INDENTATION.sub("", super().get_contents(origin))


class IsolatingLoader(base.Loader):
    """Isolates the variables of templates that an UnindentedLoader has found; those of libraries stay as they are."""

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        template = super().get_template(template_name, skip)
        if isinstance(template.origin.loader, UnindentedLoader):
            isolate_variables(template.nodelist)
        return template


class CachedLoader(cached.Loader, IsolatingLoader):
    """Django's loader that compiles a template once; it takes the templates from the IsolatingLoader."""


class IsolatedExpression:
    """An expression of a template whose value changes nothing beside it."""

    def __init__(self, expression: FilterExpression) -> None:
        self.expression = expression

    def resolve(self, context: Context, ignore_failures: bool = False) -> object:
        return isolated_value(self.expression.resolve(context, ignore_failures))


class IsolatedName:
    """A variable of the context that stands in a translated text without `with`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def resolve(self, context: Context) -> object:
        return isolated_value(context.get(self.name, ""))


def isolate_variables(nodes: NodeList) -> None:
    """Isolate `{{ name }}`, and what `{% blocktranslate %}` puts into its text."""
    node: Any  # of the type that is asked for
    for node in nodes.get_nodes_by_type(VariableNode):
        node.filter_expression = IsolatedExpression(node.filter_expression)
    for node in nodes.get_nodes_by_type(BlockTranslateNode):
        tokens = [*node.singular, *(node.plural or ())]
        names = {token.contents for token in tokens if token.token_type == TokenType.VAR}
        with_names = {name: IsolatedExpression(value) for name, value in node.extra_context.items()}
        others = {name: IsolatedName(name) for name in sorted(names - {*with_names, node.countervar})}
        node.extra_context = others | with_names
