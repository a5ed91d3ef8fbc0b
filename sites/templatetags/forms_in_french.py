"""What the templates of the staff's forms ask of a field."""

from django import template

register = template.Library()


@register.filter
def field_kind(widget_type):
    """The DSFR component of a widget: select or input."""
    return "select" if widget_type == "select" else "input"


@register.filter
def is_special(slot):
    """Whether a slot's form says more than its hours: weeks, dates, or an error among them."""
    names = ("weeks", "valid_from", "valid_until")
    return any(slot[name].errors or slot[name].value() not in (None, "", "all") for name in names)
