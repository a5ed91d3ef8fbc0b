from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "franceservices.accounts"
    verbose_name = "Comptes"
