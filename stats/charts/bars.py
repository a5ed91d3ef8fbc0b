from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    label: str
    value: float
    text: str
    url: str = ""
    highlighted: bool = False


@dataclass(frozen=True)
class BarChart:
    id: str
    title: str
    description: str
    rows: list
    unit: str = ""
