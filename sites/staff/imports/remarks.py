"""What is wrong, or worth a look, in a list: counted by nature, filtered, and put beside the line it is about."""

from dataclasses import dataclass

from django import forms
from django.db.models import Count

from sites.imports.cells.issues import ERROR, ERRORS, TITLES, WARNING
from sites.imports.files.text import on_one_line
from sites.models import ImportIssue, ImportRow
from sites.staff.imports.difference import Filters, place

SEVERITIES = {ERROR: "Erreurs", WARNING: "Avertissements"}
NATURES = {code: title for titles in TITLES.values() for code, title in titles.items()}
SHOWN = 120


def counts(batch):
    """{severity: {code: how many}}, the most frequent first. One query."""
    found = batch.issues.values_list("severity", "code").annotate(how_many=Count("*")).order_by("-how_many", "code")
    by_severity: dict[str, dict[str, int]] = {severity: {} for severity in SEVERITIES}
    for severity, code, how_many in found:
        by_severity[severity][code] = how_many
    return by_severity


class IssueFilters(Filters):
    gravite = forms.ChoiceField(label="Gravité", required=False, choices=SEVERITIES.items())
    nature = forms.ChoiceField(label="Nature", required=False, choices=NATURES.items())

    @property
    def chosen_severity(self):
        return self.value("gravite")

    @property
    def chosen_nature(self):
        return self.value("nature")

    def choices(self):
        return {"nature": {"": "Toutes"} | NATURES} | super().choices()

    def wanted(self, batch):
        """The remarks on a list that are asked for: errors first, then in the order of the file."""
        issues = batch.issues.order_by("severity", "pk")  # "error" comes before "warning"
        if severity := self.value("gravite"):
            issues = issues.filter(severity=severity)
        if code := self.value("nature"):
            issues = issues.filter(severity=ERROR if code in ERRORS else WARNING, code=code)
        if self.value("departement"):
            issues = issues.filter(line__in=self.in_departement(batch.rows.exclude(line=None)).values("line"))
        return issues


@dataclass(frozen=True)
class ToldIssue:
    """`value` is the cell, on one line, shortened; `name` that of the site, where the line says one."""

    issue: ImportIssue
    place: str
    title: str
    value: str
    name: str

    @property
    def is_error(self):
        return self.issue.severity == ERROR


def told(batch, issues):
    """The `ToldIssue`s of some remarks. One query."""
    issues = list(issues)
    rows = ImportRow.objects.filter(batch=batch, line__in={issue.line for issue in issues})
    names = dict(rows.values_list("line", "name"))
    return [
        ToldIssue(
            issue,
            place(batch, issue.line),
            TITLES[issue.severity].get(issue.code, issue.code),
            on_one_line(issue.value, SHOWN),
            names.get(issue.line, ""),
        )
        for issue in issues
    ]
