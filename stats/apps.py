from django.apps import AppConfig


class StatsConfig(AppConfig):
    name = "stats"
    verbose_name = "Statistiques"

    def ready(self):
        from sites.signals import demonstration_leaves
        from stats import demonstration

        demonstration_leaves.connect(demonstration.remove)
