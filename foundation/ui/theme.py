"""The one module that knows which admin look is used (HUB_ADMIN_THEME); everybody imports admin classes from here."""

from django.conf import settings

if settings.ADMIN_THEME == "unfold":
    from unfold.admin import ModelAdmin, StackedInline, TabularInline
    from unfold.sites import UnfoldAdminSite as AdminSite
else:
    from django.contrib.admin import AdminSite, ModelAdmin, StackedInline, TabularInline

__all__ = ["AdminSite", "ModelAdmin", "StackedInline", "TabularInline"]
