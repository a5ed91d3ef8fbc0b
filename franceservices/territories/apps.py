from django.apps import AppConfig


class TerritoriesConfig(AppConfig):
    name = "franceservices.territories"
    verbose_name = "Territoires"
