"""The directory: partners and démarches, sites, when they receive people, what is told of them, imported lists."""

from sites.models.hours import Closure, RecurringSlot, Stop, WeeklySlot
from sites.models.imports import (
    ImportBatch,
    ImportFile,
    ImportIssue,
    ImportNotice,
    ImportProgress,
    ImportRow,
    ListProposal,
)
from sites.models.partners import Demarche, Partner
from sites.models.reminders import ReminderSent
from sites.models.reports import ErrorReport
from sites.models.site import Site, SitePartner

__all__ = [
    "Closure",
    "Demarche",
    "ErrorReport",
    "ImportBatch",
    "ImportFile",
    "ImportIssue",
    "ImportNotice",
    "ImportProgress",
    "ImportRow",
    "ListProposal",
    "Partner",
    "RecurringSlot",
    "ReminderSent",
    "Site",
    "SitePartner",
    "Stop",
    "WeeklySlot",
]
