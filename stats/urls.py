"""The public addresses of figures, under /statistiques/."""

app_name = "stats"

urlpatterns: list = []
