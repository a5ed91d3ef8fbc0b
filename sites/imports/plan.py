"""What a list would do: a row for each of its lines, then the counts of them all. Pure."""

from collections import Counter
from dataclasses import dataclass, field

from sites.imports.cells.issues import ERROR, WARNING, Issue
from sites.imports.held import undecided
from sites.models import ImportRow

Action = ImportRow.Action


@dataclass(slots=True)
class PlannedRow:
    """What a line does to a site: see `models.ImportRow`, which keeps it. `proposes`: it brings a new proposal."""

    line: int | None
    action: str
    external_id: str = ""
    name: str = ""
    slug: str = ""
    departement: str | None = None
    site: int | None = None
    state: str = ""
    before: dict = field(default_factory=dict)
    after: dict = field(default_factory=dict)
    held: dict = field(default_factory=dict)
    proposes: bool = False
    issues: list[Issue] = field(default_factory=list)


@dataclass
class Plan:
    """What an import would do, counted as its rows go by.

    `demonstration` counts the sites that would give way, `held` the choices between prefectures' values and the list's,
    `in_service` the sites that it is compared with (`guards.alarms`).
    """

    is_demo: bool
    is_complete: bool
    rows: int = 0
    actions: Counter = field(default_factory=Counter)
    proposals: int = 0
    moved: int = 0
    held: int = 0
    issues: list[Issue] = field(default_factory=list)
    demonstration: int = 0
    in_service: int = 0

    def counting(self, rows):
        """The same rows, as they are counted."""
        for row in rows:
            self.rows += row.line is not None and row.action != Action.ABSENT
            self.actions[row.action] += 1
            self.proposals += row.proposes
            self.moved += "location" in row.before
            self.held += len(undecided(row.held))
            self.issues += row.issues
            yield row

    def issues_of(self, severity):
        return [issue for issue in self.issues if issue.severity == severity]

    @property
    def counts(self):
        """What an operator reads."""
        return counts_of(self.actions) | {
            "errors": len(self.issues_of(ERROR)),
            "warnings": len(self.issues_of(WARNING)),
        }

    @property
    def all_counts(self):
        """What a batch keeps: those that an operator reads, and those that only its pages tell."""
        names = ("rows", "demonstration", "proposals", "moved", "held")
        return self.counts | {name: getattr(self, name) for name in names}

    @property
    def changes_something(self):
        return changes_something(self.all_counts)

    def can_be_written(self, valid_rows_only=False):
        return can_be_written(self.all_counts, valid_rows_only)


def counts_of(actions):
    """The counts of a list of {`ImportRow.Action`: lines}; `absent` are the sites that it lacks, closed or not."""
    return {
        "created": actions.get(Action.CREATE, 0),
        "updated": actions.get(Action.UPDATE, 0),
        "closed": actions.get(Action.CLOSE, 0),
        "reopened": actions.get(Action.REOPEN, 0),
        "unchanged": actions.get(Action.UNCHANGED, 0),
        "absent": actions.get(Action.CLOSE, 0) + actions.get(Action.ABSENT, 0),
    }


def changes_something(counts, valid_rows_only=False):
    """Whether a list of these counts has something to write. Valid lines alone close no site, and replace none."""
    names = ("created", "updated", "reopened", "proposals")
    return any(counts.get(name) for name in (*names, *(() if valid_rows_only else ("closed", "demonstration"))))


def can_be_written(counts, valid_rows_only=False):
    """Whether a list of these counts changes something, without errors, or by its valid lines."""
    return changes_something(counts, valid_rows_only) and bool(valid_rows_only or not counts["errors"])
