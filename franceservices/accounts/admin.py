"""People and the territories granted to them, as national administrators see them. Nobody changes what is their own."""

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Exists, OuterRef
from django_otp.plugins.otp_totp.models import TOTPDevice

from franceservices.accounts import invitations, second_factor
from franceservices.accounts.admin_site import NationalAdmin, NationalMay, ReadOnlyAdmin
from franceservices.accounts.models import TerritoryScope


class ScopeInline(NationalMay, admin.TabularInline):
    """What is granted to someone. One's own is only read: Django lets nobody change the rows of a page they may not."""

    model = TerritoryScope
    extra = 0
    fields = ["kind", "region", "departement", "can_edit", "valid_until"]

    def has_delete_permission(self, request, obj=None):
        return request.scope.is_national


class UserAdmin(NationalAdmin):
    """Accounts are made by an invitation and end by being deactivated: history keeps who did what."""

    fields = ["email", "name", "is_active", "second_factor", "last_login", "created_at"]
    list_display = ["email", "name", "is_active", "granted", "has_second_factor", "last_login"]
    list_filter = ["is_active", "scopes__kind", "scopes__can_edit"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    inlines = [ScopeInline]
    actions = ["invite_again", "remove_second_factor"]

    def get_queryset(self, request):
        devices = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        users = super().get_queryset(request).annotate(protected=Exists(devices))
        return users.prefetch_related("scopes__region", "scopes__departement")

    def get_fields(self, request, obj=None):
        return super().get_fields(request, obj) if obj else ["email", "name"]

    def get_readonly_fields(self, request, obj=None):
        """An address that has signed in stays: changing it would hand over what was done under that name."""
        always = ["second_factor", "last_login", "created_at"]
        return ["email", *always] if obj and obj.last_login else always

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and obj != request.user

    def save_model(self, request, obj, form, change):
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change:
            self._invite(request, obj)

    @admin.display(description="second facteur", boolean=True, ordering="protected")
    def has_second_factor(self, user):
        return user.protected

    @admin.display(description="second facteur")
    def second_factor(self, user):
        return "Actif" if user.protected else "Pas encore mis en place"

    @admin.display(description="territoires confiés")
    def granted(self, user):
        return ", ".join(scope.territory for scope in user.scopes.all()) or None

    @admin.action(description="Inviter à nouveau")
    def invite_again(self, request, queryset):
        for user in self._others(request, queryset.filter(is_active=True)):
            self._invite(request, user)

    @admin.action(description="Retirer le second facteur (téléphone perdu)")
    def remove_second_factor(self, request, queryset):
        for user in self._others(request, queryset):
            second_factor.forget(user)
            self.log_change(request, user, "Second facteur retiré.")
            messages.success(request, f"{user} choisira un nouveau second facteur à sa prochaine connexion.")

    def _invite(self, request, user):
        """Once the account is there for sure: a mail is not taken back."""

        def send():
            try:
                invitations.invite(user)
            except invitations.NotSent as error:
                messages.error(request, f"{user.email} : {error} Recommencez par « Inviter à nouveau ».")
            else:
                messages.success(request, f"L'invitation est partie à l'adresse {user.email}.")

        transaction.on_commit(send)

    def _others(self, request, queryset):
        """Everyone asked for but oneself."""
        if queryset.filter(pk=request.user.pk).exists():
            messages.warning(request, "Votre propre compte a été laissé comme il est.")
        return queryset.exclude(pk=request.user.pk)


class ScopeAdmin(ReadOnlyAdmin):
    """All that is granted, to be looked over; it is changed on the page of each person."""

    list_display = ["user", "kind", "region", "departement", "can_edit", "valid_until"]
    list_filter = ["kind", "can_edit", "valid_until"]
    list_select_related = ["user", "region", "departement"]
    search_fields = ["user__email", "user__name", "departement__name", "region__name"]
    ordering = ["user__email"]
