"""What a browser would send back of the page of a site's record."""


def sent_by(form):
    """{name: value} of an unbound or bound `RecordForm`, untouched."""
    parts = [form.site, *(one for _partner, one in form.partners)]
    for formset in (form.slots, form.closures, form.stops):
        parts += [formset.management_form, *formset.forms]
    values = {bound.html_name: bound.value() for part in parts for bound in part}
    return {
        name: "on" if value is True else str(value) for name, value in values.items() if value not in (None, False, "")
    }
