"""The addresses under /gestion/ that deal with figures."""

app_name = "figures"

urlpatterns: list = [
    # Imports of figures
    # Publications
]
