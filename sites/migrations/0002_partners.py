from django.db import migrations

# The nine national partners of the programme. France Travail was Pôle emploi until 31 December 2023.
PARTNERS = [
    ("caf", "Allocations familiales", "Aides au logement, prime d'activité, RSA, allocations familiales"),
    ("ants", "France Titres", "Carte d'identité, passeport, permis de conduire, carte grise"),
    ("assurance-maladie", "Assurance maladie", "Carte Vitale, remboursements, complémentaire santé solidaire"),
    ("assurance-retraite", "Assurance retraite", "Demande de retraite, relevé de carrière, pension de réversion"),
    ("dgfip", "Finances publiques", "Déclaration de revenus, paiement des impôts, avis d'imposition"),
    ("la-poste", "La Poste", "Envoi et suivi du courrier, services numériques"),
    ("msa", "Mutualité sociale agricole", "Santé, famille, retraite et cotisations du monde agricole"),
    ("point-justice", "Point-justice", "Accès au droit, orientation vers un avocat ou un conciliateur"),
    ("france-travail", "France Travail", "Inscription, actualisation, recherche d'emploi"),
]


def add_partners(apps, schema_editor):
    Partner = apps.get_model("sites", "Partner")
    for rank, (code, name, help_topics) in enumerate(PARTNERS, start=1):
        Partner.objects.update_or_create(
            code=code, defaults={"name": name, "help_topics": help_topics, "rank": rank}
        )


class Migration(migrations.Migration):
    dependencies = [("sites", "0001_initial")]

    operations = [migrations.RunPython(add_partners, migrations.RunPython.noop)]
