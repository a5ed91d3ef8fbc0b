from dataclasses import dataclass


@dataclass(frozen=True)
class Series:
    label: str
    values: list
    kind: str = "main"
    provisional: frozenset = frozenset()


@dataclass(frozen=True)
class LineChart:
    id: str
    title: str
    description: str
    months: list
    series: list
    unit: str = ""
