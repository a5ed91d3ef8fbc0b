"""What the figures are made of: monthly activity, its totals and its files, access to sites, publications."""

from stats.models.access import AccessSource, CommuneAccess, TerritoryAccess
from stats.models.activity import MonthlyActivity, MonthlySatisfaction
from stats.models.imports import (
    ActivityFile,
    ActivityImport,
    ActivityIssue,
    ActivityProgress,
    ReplacedActivity,
    ReplacedSatisfaction,
)
from stats.models.publications import Publication
from stats.models.totals import MonthlyByDemarche, MonthlyByPartner, MonthlyTotal, SmallNumberRule

__all__ = [
    "AccessSource",
    "ActivityFile",
    "ActivityImport",
    "ActivityIssue",
    "ActivityProgress",
    "CommuneAccess",
    "MonthlyActivity",
    "MonthlyByDemarche",
    "MonthlyByPartner",
    "MonthlySatisfaction",
    "MonthlyTotal",
    "Publication",
    "ReplacedActivity",
    "ReplacedSatisfaction",
    "SmallNumberRule",
    "TerritoryAccess",
]
