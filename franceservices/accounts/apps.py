from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "franceservices.accounts"
    verbose_name = "Comptes"

    def ready(self):
        from django.contrib.auth.signals import user_logged_in

        from franceservices.accounts import sessions

        user_logged_in.connect(sessions.start)
