"""Django's admin at /admin/: which tables it shows. Who comes in is said in `accounts.admin_site`."""

from franceservices.accounts.admin import ScopeAdmin, UserAdmin
from franceservices.accounts.admin_site import NationalSite
from franceservices.accounts.models import TerritoryScope, User
from franceservices.accounts.territory_admin import CommuneAdmin, DepartementAdmin, RegionAdmin
from franceservices.territories.models import Commune, Departement, Region
from sites.admin.partners import DemarcheAdmin, PartnerAdmin
from sites.admin.records import ErrorReportAdmin, ImportBatchAdmin
from sites.admin.sites import SiteAdmin
from sites.models import Demarche, ErrorReport, ImportBatch, Partner, Site

site = NationalSite()
site.register(User, UserAdmin)
site.register(TerritoryScope, ScopeAdmin)
site.register(Partner, PartnerAdmin)
site.register(Demarche, DemarcheAdmin)
site.register(Site, SiteAdmin)
site.register(ErrorReport, ErrorReportAdmin)
site.register(ImportBatch, ImportBatchAdmin)
site.register(Region, RegionAdmin)
site.register(Departement, DepartementAdmin)
site.register(Commune, CommuneAdmin)
