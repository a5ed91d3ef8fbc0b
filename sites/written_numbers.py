"""Numbers as people write them in French, where no template does it. Pure."""


def number_in_french(number):
    """1982080 as '1 982 080'."""
    return f"{number:,}".replace(",", " ")


def share_in_french(part, whole):
    """'12,3 %'."""
    return f"{part / whole * 100:.1f} %".replace(".", ",")


def distance_in_french(metres):
    """'12 m', '340 m' (to 10 m), then '1,2 km'."""
    if metres >= 995:
        return f"{metres / 1000:.1f} km".replace(".", ",")
    return f"{round(metres, -1 if metres >= 100 else 0):.0f} m"
