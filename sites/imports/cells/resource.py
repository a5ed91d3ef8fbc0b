"""The columns of the official list, each with the site's attribute that it fills."""

from functools import partial

from django.utils.text import slugify
from import_export.fields import Field
from import_export.resources import ModelResource

from sites.imports.cells import widgets
from sites.imports.cells.columns import COLUMNS, DAYS
from sites.imports.cells.issues import CellError, Findings
from sites.imports.files.text import decode_escapes, tidy, unguarded
from sites.models import Site

KINDS = {"Principal": Site.Kind.PRINCIPAL, "Antenne": Site.Kind.ANTENNE}
FORMATS = {
    "Fixe": Site.Format.FIXE,
    "Fixe_antenne(s)": Site.Format.ANTENNE,
    "Multisites": Site.Format.MULTISITES,
    "Bus_équivalent": Site.Format.BUS,
    "Itinérante": Site.Format.ITINERANTE,
}
# The list only says whether an appointment can be taken, never that one is required.
APPOINTMENTS = {"Non": Site.Appointment.NONE, "Oui": Site.Appointment.POSSIBLE}


class Column(Field):
    """A column of the list. An empty cell gives None, which means "the list says nothing", or is refused."""

    def __init__(self, column_name, attribute, widget, required=False, multiline=False):
        super().__init__(attribute, column_name, widget)
        self.required = required
        self.multiline = multiline

    def clean(self, row, *, findings, **kwargs):
        value = row[self.column_name]
        warn = partial(findings.warn, self.column_name, value)
        text = self._text_of(value, warn) if value else ""
        if text:
            return self.widget.clean(text, row=row, warn=warn, aside=findings.asides.append, **kwargs)
        if self.required:
            raise CellError("required", "La cellule est vide : cette colonne doit être remplie.")
        return None

    def _text_of(self, value, warn):
        typed = unguarded(value)
        decoded = decode_escapes(typed)
        text = tidy(decoded, self.multiline)
        if decoded != typed:
            warn("text_decoded", f"Lu comme « {text} ». Rien à faire, sauf si le texte obtenu est faux.")
        return text


# Attributes of a site that was read, beside its model's fields; None until their cell is read.
NOTHING_READ = dict.fromkeys(("latitude", "longitude", "said_departement", "said_commune", *DAYS))


def max_length(attribute):
    return getattr(Site._meta.get_field(attribute), "max_length", None)


def text_column(column_name, attribute, required=False):
    return Column(column_name, attribute, widgets.TextWidget(max_length(attribute)), required)


class SiteResource(ModelResource):
    """Reads a row of the list into a `Site` that is not saved.

    Beside its model's fields the site gets `latitude`, `longitude`, one attribute for each day's column, and
    `said_departement` and `said_commune`, which are only checked.
    """

    id_fs = Column("id_fs", "external_id", widgets.IdWidget(), required=True)
    insee_dep = Column("insee_dep", "said_departement", widgets.CodeWidget(2))
    lib_fs = text_column("lib_fs", "name", required=True)
    adresse = text_column("adresse", "address")
    complement_adresse = text_column("complement_adresse", "address_extra")
    insee_com = Column("insee_com", "commune_id", widgets.CommuneWidget(), required=True)
    code_postal = Column("code_postal", "postal_code", widgets.PostalCodeWidget())
    lib_com = Column("lib_com", "said_commune", widgets.TextWidget())
    latitude = Column("latitude", "latitude", widgets.CoordinateWidget(), required=True)
    longitude = Column("longitude", "longitude", widgets.CoordinateWidget(), required=True)
    mail = Column("mail", "email", widgets.EmailWidget())
    telephone = Column("telephone", "phone", widgets.PhoneWidget())
    h_lundi = Column("h_lundi", "h_lundi", widgets.DayWidget())
    h_mardi = Column("h_mardi", "h_mardi", widgets.DayWidget())
    h_mercredi = Column("h_mercredi", "h_mercredi", widgets.DayWidget())
    h_jeudi = Column("h_jeudi", "h_jeudi", widgets.DayWidget())
    h_vendredi = Column("h_vendredi", "h_vendredi", widgets.DayWidget())
    h_samedi = Column("h_samedi", "h_samedi", widgets.DayWidget())
    prise_rdv = Column("prise_rdv", "appointment", widgets.ChoiceWidget(APPOINTMENTS))
    commentaire = Column("commentaire", "note", widgets.TextWidget(), multiline=True)
    type_fs = Column("type_fs", "kind", widgets.ChoiceWidget(KINDS), required=True)
    format_fs = Column("format_fs", "format", widgets.ChoiceWidget(FORMATS), required=True)
    groupe_fs = text_column("groupe_fs", "network")
    labellisation_fs = Column("labellisation_fs", "labelled_on", widgets.LabelWidget())

    class Meta:
        model = Site
        fields = COLUMNS
        import_id_fields = ("id_fs",)

    def __init__(self, communes):
        super().__init__()
        self.communes = communes
        self.columns = self.get_import_fields()

    def read(self, cells, line):
        """(site, `Findings`) of {column: text}. With errors among the findings, the site is only partly filled."""
        site, findings = self.init_instance(cells), Findings(line)
        vars(site).update(NOTHING_READ)
        self.import_instance(site, cells, findings=findings)
        if site.name:
            site.slug = slug_of(site.name)
        if findings.asides:
            site.note = "\n".join([*([site.note] if site.note else []), *findings.asides])
        return site, findings

    def import_instance(self, instance, row, **kwargs):
        """As the library does, but keeps every cell's error with its code, its column and its value."""
        for column in self.columns:
            try:
                self.import_field(column, instance, row, communes=self.communes, **kwargs)
            except CellError as error:
                name = column.column_name
                kwargs["findings"].refuse(name, row[name], error.code, str(error))


def slug_of(name):
    return slugify(name.replace("œ", "oe").replace("Œ", "Oe"))[: max_length("slug")] or "france-services"


def week_of(site):
    """{weekday: slots} of a site that was read; None when the list says nothing of its hours."""
    days = {weekday: getattr(site, column) or () for weekday, column in enumerate(DAYS, start=1)}
    return days if any(days.values()) else None
