"""Numbers as the French write them: '1 982 080', '80 %', '10,9 M€', '+3,2 %'. Pure; spaces do not break."""

from stats import months

SPACE = "\u00a0"
NOT_TOLD = "non communiqué"
UNKNOWN = "inconnu"


def count(number):
    """A whole number: '1 982 080'."""
    return f"{round(number):,}".replace(",", SPACE)


def decimal(number, digits=1):
    """'12,4'; thousands as in `count`."""
    return f"{number:,.{digits}f}".replace(",", SPACE).replace(".", ",")


def share(number, digits=0):
    """A share between 0 and 1 as '80 %'. What is not whole never reads as 100 %, nor what is not nothing as 0 %."""
    percent = number * 100
    if not digits and 99.5 <= percent < 100:
        return f"plus de 99{SPACE}%"
    if not digits and 0 < percent < 0.5:
        return f"moins de 1{SPACE}%"
    return f"{decimal(percent, digits)}{SPACE}%"


def change(number):
    """A relative change as '+3,2 %', '−1,0 %' or '0,0 %'."""
    percent = round(number * 100, 1)
    sign = "+" if percent > 0 else "−" if percent < 0 else ""
    return f"{sign}{decimal(abs(percent))}{SPACE}%"


def euros(number):
    """'10 955 000 €'."""
    return f"{count(number)}{SPACE}€"


def day(date):
    """'1er avril 2023'."""
    return f"{date.day}{'er' if date.day == 1 else ''} {months.in_french(date)}"


def plural(number, word, plural=""):
    """'1 mois', '12 sites'."""
    return f"{count(number)} {word if number < 2 else plural or word + 's'}"
