"""Django's admin, for national administrators only: its one door, and what all its pages share.

What is shown of each table is in `accounts.admin`, `accounts.territory_admin` and `sites.admin`; `administration`,
in the project's folder, puts them together.
"""

from typing import Any
from urllib.parse import unquote

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import URLField
from django.http import Http404
from django.utils.text import capfirst

from franceservices.accounts.access import Needs, StaffPage

# Signing in, out and passwords have pages of their own; each table says by itself where it is seen on the portal.
NOT_OURS = {"login", "logout", "password_change", "password_change_done", "view_on_site"}


class NationalPage(StaffPage):
    """A `page` (view) of Django's admin, behind the staff's one door. What it changes is changed as a whole."""

    needs = Needs.NATIONAL
    source = "admin"
    page: Any = None

    def get(self, request, *args, **kwargs):
        if "\0" in unquote(request.get_full_path()):
            raise BadRequest("PostgreSQL holds no NUL.")
        try:
            with transaction.atomic():
                return self.page(request, *args, **kwargs)
        except (DataError, IntegrityError) as error:  # a forged form, or someone who wrote the same thing meanwhile
            raise BadRequest("PostgreSQL refuses what was sent.") from error

    post = get


class NationalSite(admin.AdminSite):
    site_title = "France services"
    site_header = "Administration nationale"
    index_title = "Comptes, partenaires, démarches et sites"
    site_url = None

    def admin_view(self, view, cacheable=False):
        return NationalPage.as_view(page=view)

    def has_permission(self, request):
        """Asked by templates only: nobody is here but through `NationalPage`."""
        return request.scope.is_national

    def get_urls(self):
        return [url for url in super().get_urls() if getattr(url, "name", None) not in NOT_OURS]


class NationalMay:
    """National administrators may do everything but delete; each table takes back what nobody may do.

    No flag, group or permission in the database says so: only the scope that opened the door.
    """

    def has_module_permission(self, request):
        return request.scope.is_national

    def has_view_permission(self, request, obj=None):
        return request.scope.is_national

    def has_add_permission(self, request, obj=None):
        return request.scope.is_national

    def has_change_permission(self, request, obj=None):
        return request.scope.is_national

    def has_delete_permission(self, request, obj=None):
        return False


class NationalAdmin(NationalMay, admin.ModelAdmin):
    """A table. What is not there is not found."""

    list_per_page = 50
    save_on_top = False
    show_full_result_count = False
    formfield_overrides = {URLField: {"assume_scheme": "https"}}

    def changelist_view(self, request, extra_context=None):
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def response_action(self, request, queryset, *where):
        """Rows that were ticked have a key that the table could hold."""
        for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
            try:
                self.opts.pk.to_python(key)
            except ValidationError as error:
                raise BadRequest("a row of no table") from error
        return super().response_action(request, queryset, *where)

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404


class ReadOnlyAdmin(NationalAdmin):
    """A table that other means fill."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False
