from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    label: str
    value: float
    text: str


@dataclass(frozen=True)
class StackedBar:
    id: str
    title: str
    description: str
    parts: list
