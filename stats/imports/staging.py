"""From the rows of a file to a temporary table of typed figures, by COPY; what no figure can be made of is remarked.

The table is `staged`, one row a figure: `line` and `place` (the column's index) tell where it is in the file; `amount`
is the requests (or respondents) and `part` those of them that were completed (or very satisfied), None if not said.
"""

import re

from django.db import connection

from sites.imports.cells.issues import CellError
from sites.models import Demarche, Partner, Site
from stats.imports import shapes
from stats.imports.cells import Cache, Demarches, Partners, read_month, read_number

NULL = "\\N"
AT_A_TIME = 5_000
TABLE = """
CREATE TEMPORARY TABLE staged (
    line integer, place smallint, site_id bigint, month date, partner_id varchar, demarche_id varchar,
    amount integer, part integer
) ON COMMIT DROP
"""
SPREADSHEET_NUMBER = re.compile(r"(\d+)[.,]0+", re.ASCII)


class Directory:
    """What figures are about: the sites, partners and démarches of today."""

    def __init__(self):
        sites = Site.objects.exclude(status=Site.Status.WITHDRAWN).order_by()
        self.sites = dict(sites.values_list("external_id", "pk"))
        self.partners = Partners(Partner.objects.values_list("code", "name"))
        self.demarches = Demarches(Demarche.objects.values_list("slug", "name", "partner", "keywords"))

    def site(self, text):
        """The primary key of a site. Raises `CellError`, code 'required' or 'unknown_site'."""
        name = text.strip()
        if not name:
            raise CellError("required", "L'identifiant du site manque.")
        whole = SPREADSHEET_NUMBER.fullmatch(name)
        pk = self.sites.get(whole[1] if whole else name)
        if pk is None:
            raise CellError("unknown_site", "Aucun site de l'annuaire n'a cet identifiant.")
        return pk

    def partner_and_demarche(self, texts):
        """(partner's code, démarche's slug or None) of two cells. Raises `CellError`."""
        partner = self.partners.read(texts[0])
        return partner, self.demarches.read(texts[1], partner)


def stage(rows, shape, directory, remarks, progress):
    """Fill the table `staged` with the figures of `rows`. Call it in a transaction."""
    reader = READERS[type(shape)](shape, directory, remarks)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS staged")
        cursor.execute(TABLE)
        with cursor.copy("COPY staged FROM STDIN") as copy:
            lines: list[str] = []
            for number, row in enumerate(rows):
                lines += reader.lines_of(row)
                if number % AT_A_TIME == 0:
                    copy.write("".join(lines))
                    lines.clear()
                    progress.done(number)
            copy.write("".join(lines))
        cursor.execute("ANALYZE staged")


def required_number(text):
    number = read_number(text)
    if number is None:
        raise CellError("required", "Ce nombre manque : remplissez la cellule, ou videz aussi l'autre.")
    return number


class _Reader:
    """Makes the lines of a COPY from rows. Cells are read once a text; what is wrong with one is found out again."""

    def __init__(self, shape, directory, remarks):
        self.shape, self.directory, self.remarks = shape, directory, remarks
        self.sites = Cache(directory.site)
        self.months = Cache(lambda text: f"{read_month(text):%Y-%m-%d}")
        self.numbers = Cache(required_number)
        self.optional_numbers = Cache(_number_or_null)

    def lines_of(self, row):
        """The lines of a COPY to `staged`, one a figure that can be made of the row's cells."""
        raise NotImplementedError

    def cells_of(self, row):
        """The cells of a row, None (and a remark) when it is not as wide as the header."""
        width = self.shape.width
        if len(row.cells) < width or any(cell.strip() for cell in row.cells[width:]):
            message = f"La ligne a {len(row.cells)} cellules, l'en-tête en a {width} : vérifiez les séparateurs."
            self.remarks.add("cells", row.line, 0, "", message)
            return None
        return row.cells

    def refuse(self, row, index, read):
        """Remark what `read` says against a cell, if it does."""
        text = row.cells[index]
        try:
            read(text)
        except CellError as error:
            self.remarks.add(error.code, row.line, index, text, str(error))


def _number_or_null(text):
    number = read_number(text)
    return NULL if number is None else number


class _TwoNumbers(_Reader):
    """A line is a figure, of two numbers."""

    def __init__(self, shape, directory, remarks):
        super().__init__(shape, directory, remarks)
        self.site, self.month = shape.at["id_fs"], shape.at["mois"]
        self.amount, self.part = shape.at[shape.amount], shape.at.get(shape.part)

    def refuse_numbers(self, row, is_part_required):
        self.refuse(row, self.amount, required_number)
        if self.part is not None:
            self.refuse(row, self.part, required_number if is_part_required else read_number)

    def is_blank(self, row):
        """Whether the row says nothing: neither number is there."""
        return not any(row.cells[index].strip() for index in (self.amount, self.part) if index is not None)


class _Long(_TwoNumbers):
    def __init__(self, shape, directory, remarks):
        super().__init__(shape, directory, remarks)
        self.partner, self.demarche = shape.at["partenaire"], shape.at.get("demarche")
        self.names = Cache(lambda texts: _copied(directory.partner_and_demarche(texts)))

    def lines_of(self, row):
        cells = row.cells
        if len(cells) != self.shape.width and self.cells_of(row) is None:
            return ()
        site, month = self.sites[cells[self.site]], self.months[cells[self.month]]
        names = self.names[cells[self.partner], "" if self.demarche is None else cells[self.demarche]]
        amount = self.numbers[cells[self.amount]]
        part = NULL if self.part is None else self.optional_numbers[cells[self.part]]
        if site is None or month is None or names is None or amount is None or part is None:
            self.explain(row)
            return ()
        return (f"{row.line}\t{self.amount}\t{site}\t{month}\t{names}\t{amount}\t{part}\n",)

    def explain(self, row):
        self.refuse(row, self.site, self.directory.site)
        self.refuse(row, self.month, read_month)
        self.refuse(row, self.partner, self.directory.partners.read)
        partner = self.directory.partners.find(row.cells[self.partner])
        if partner and self.demarche is not None:
            self.refuse(row, self.demarche, lambda text: self.directory.demarches.read(text, partner))
        if not self.is_blank(row):
            self.refuse_numbers(row, is_part_required=False)


class _Satisfaction(_TwoNumbers):
    def lines_of(self, row):
        cells = row.cells
        if len(cells) != self.shape.width and self.cells_of(row) is None:
            return ()
        site, month = self.sites[cells[self.site]], self.months[cells[self.month]]
        amount, part = self.numbers[cells[self.amount]], self.numbers[cells[self.part]]
        if site is None or month is None or amount is None or part is None:
            self.explain(row)
            return ()
        return (f"{row.line}\t{self.amount}\t{site}\t{month}\t{NULL}\t{NULL}\t{amount}\t{part}\n",)

    def explain(self, row):
        self.refuse(row, self.site, self.directory.site)
        self.refuse(row, self.month, read_month)
        if not self.is_blank(row):
            self.refuse_numbers(row, is_part_required=True)


class _ByPartner(_Reader):
    def __init__(self, shape, directory, remarks):
        super().__init__(shape, directory, remarks)
        self.site, self.month = shape.at["id_fs"], shape.at["mois"]

    def lines_of(self, row):
        cells = self.cells_of(row)
        if cells is None:
            return
        site, month = self.sites[cells[self.site]], self.months[cells[self.month]]
        if site is None or month is None:
            self.refuse(row, self.site, self.directory.site)
            self.refuse(row, self.month, read_month)
        for index, partner in self.shape.spread:
            amount = self.optional_numbers[cells[index]]
            if amount is None:
                self.refuse(row, index, read_number)
            elif amount != NULL and site and month:
                yield f"{row.line}\t{index}\t{site}\t{month}\t{partner}\t{NULL}\t{amount}\t{NULL}\n"


class _ByMonth(_Reader):
    def __init__(self, shape, directory, remarks):
        super().__init__(shape, directory, remarks)
        self.site, self.partner, self.demarche = shape.at["id_fs"], shape.at["partenaire"], shape.at.get("demarche")
        self.names = Cache(lambda texts: _copied(directory.partner_and_demarche(texts)))

    def lines_of(self, row):
        cells = self.cells_of(row)
        if cells is None:
            return
        site = self.sites[cells[self.site]]
        names = self.names[cells[self.partner], "" if self.demarche is None else cells[self.demarche]]
        if site is None or names is None:
            self.explain(row)
        for index, month in self.shape.spread:
            amount = self.optional_numbers[cells[index]]
            if amount is None:
                self.refuse(row, index, read_number)
            elif amount != NULL and site and names:
                yield f"{row.line}\t{index}\t{site}\t{month}\t{names}\t{amount}\t{NULL}\n"

    def explain(self, row):
        self.refuse(row, self.site, self.directory.site)
        self.refuse(row, self.partner, self.directory.partners.read)
        partner = self.directory.partners.find(row.cells[self.partner])
        if partner and self.demarche is not None:
            self.refuse(row, self.demarche, lambda text: self.directory.demarches.read(text, partner))


def _copied(names):
    """Two columns of a COPY: codes and slugs hold nothing to be escaped."""
    return "\t".join(name or NULL for name in names)


READERS = {
    shapes.Long: _Long,
    shapes.Satisfaction: _Satisfaction,
    shapes.ByPartner: _ByPartner,
    shapes.ByMonth: _ByMonth,
}
