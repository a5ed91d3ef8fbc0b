"""What a person may read and edit today. Every page, form, export and history goes through it."""

from dataclasses import dataclass

from franceservices.accounts.models import User


@dataclass(frozen=True)
class Territories:
    """Some départements, by their codes, or all of France. False when there is none."""

    departements: frozenset[str] = frozenset()
    everywhere: bool = False

    def __bool__(self):
        return self.everywhere or bool(self.departements)

    def __contains__(self, departement):
        return self.everywhere or departement in self.departements

    def restrict(self, queryset, path):
        """The rows of a queryset whose `path` leads to one of these départements: 'commune__departement'."""
        return queryset if self.everywhere else queryset.filter(**{f"{path}__in": self.departements})


@dataclass(frozen=True)
class Scope:
    """What a person `reads` and `edits` on a day. Whoever edits all of France is a national administrator."""

    reads: Territories
    edits: Territories

    @property
    def is_national(self):
        return self.edits.everywhere

    @classmethod
    def of(cls, user, today):
        """The scope of a `User` on a date, its last day included. One query; none for who is not active."""
        if not user.is_active:
            return cls(Territories(), Territories())
        granted = user.scopes.exclude(valid_until__lt=today)
        rows = list(granted.values_list("kind", "can_edit", "departement", "region__departements"))
        return cls(_territories(rows), _territories(row for row in rows if row[1]))


def editors(today):
    """[(user, the territories that they edit)] of those who edit some on a date, by e-mail address."""
    scopes = ((user, Scope.of(user, today).edits) for user in User.objects.filter(is_active=True).order_by("email"))
    return [(user, edits) for user, edits in scopes if edits]


def _territories(rows):
    found, everywhere = set(), False
    for kind, _can_edit, departement, of_region in rows:
        everywhere = everywhere or kind == "national"
        found.add(departement or of_region)
    return Territories(frozenset(found - {None}), everywhere)
