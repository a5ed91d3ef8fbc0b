from dataclasses import dataclass, field


@dataclass(frozen=True)
class Choropleth:
    id: str
    title: str
    description: str
    values: dict
    texts: dict
    unit: str = ""
    focus: str = ""
    urls: dict = field(default_factory=dict)
