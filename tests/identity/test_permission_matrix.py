"""Every role before every page of the admin: what its permissions say, and nothing else, opens."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from foundation.identity.models import User
from foundation.identity.roles import Role, role_permissions

pytestmark = pytest.mark.django_db

OPEN_TO_ALL_STAFF = {"jobs.Job"}  # everybody sees the work they started themselves
OPEN_TO_IMPORTERS = {"transfers.ImportRun", "transfers.ImportProfile"}  # their own, with the right to import anything


def expected(permissions, model, verbs):
    words = {f"{model._meta.app_label}.{verb}_{model._meta.model_name}" for verb in verbs}
    return bool(words & permissions)


def opens(client, name):
    return client.get(reverse(f"admin:{name}")).status_code == 200


@pytest.mark.parametrize("role", Role.values)
def test_S2_lists_open_by_role(role, django_assert_max_num_queries):
    from django.contrib.auth.models import Group

    user = User.objects.create_staff("member@example.com")
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    permissions = role_permissions(role)
    models = [model._meta for model in admin.site._registry]
    opened = {meta.label for meta in models if opens(client, f"{meta.app_label}_{meta.model_name}_changelist")}
    covered = {m._meta.label for m in admin.site._registry if expected(permissions, m, ("view", "change"))}
    imports = OPEN_TO_IMPORTERS if any(".import_" in word for word in permissions) else set()
    assert opened == covered | OPEN_TO_ALL_STAFF | imports


@pytest.mark.parametrize("role", Role.values)
def test_S2_forms_for_new_records_open_to_no_role_without_the_permission(role):
    from django.contrib.auth.models import Group

    user = User.objects.create_staff("member@example.com")
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    models = [model for model in admin.site._registry if not expected(role_permissions(role), model, ("add",))]
    names = {f"{model._meta.app_label}_{model._meta.model_name}_add" for model in models}
    assert {name for name in names if opens(client, name)} == set()
    assert names


@pytest.mark.parametrize("kind", ["nobody", "portal"])
def test_S2_no_page_of_the_admin_opens_to(kind, buyer):
    client = Client()
    if kind == "portal":
        client.force_login(buyer)
    names = [f"{model._meta.app_label}_{model._meta.model_name}_changelist" for model in admin.site._registry]
    assert {name for name in ["index", *names] if opens(client, name)} == set()


def test_S2_staff_without_any_right_see_the_dashboard_and_their_own_work(client, anna):
    client.force_login(anna)
    names = [f"{model._meta.app_label}_{model._meta.model_name}_changelist" for model in admin.site._registry]
    assert {name for name in ["index", *names] if opens(client, name)} == {"index", "jobs_job_changelist"}


def test_S2_only_administrators_look_after_people():
    may = {role for role in Role.values if "identity.change_user" in role_permissions(role)}
    assert may == {Role.ADMINISTRATOR}


def test_S2_no_role_deletes_people_or_touches_the_queue():
    for role in Role.values:
        assert "identity.delete_user" not in role_permissions(role)
        assert not {word for word in role_permissions(role) if word.startswith("django_q.") and ".view_" not in word}
