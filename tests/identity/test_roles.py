"""Roles: groups that migrations make and mend."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from foundation.identity.checks import check_roles
from foundation.identity.roles import Role, register_role, role_names, unregister_role, write_roles


def migrate_again():
    for config in apps.get_app_configs():
        if config.models_module is not None:
            write_roles(sender=config)


@pytest.fixture
def clerk():
    register_role("Clerk", ["auth.view_group", "auth.fly_group", "nowhere.view_nothing"])
    yield "Clerk"
    unregister_role("Clerk")


def words(group):
    return {f"{app}.{name}" for app, name in group.permissions.values_list("content_type__app_label", "codename")}


@pytest.mark.django_db
def test_every_role_has_its_group():
    assert set(Group.objects.values_list("name", flat=True)) == set(Role.values) == set(role_names())


@pytest.mark.django_db
def test_permissions_that_do_not_exist_are_left_out(clerk):
    migrate_again()
    assert words(Group.objects.get(name="Clerk")) == {"auth.view_group"}


def test_permissions_of_no_model_are_told_by_a_check(clerk):
    told = [(message.id, message.msg) for message in check_roles(None)]
    assert told == [
        ("identity.W001", "Role Clerk names auth.fly_group, a permission of no installed model."),
        ("identity.W001", "Role Clerk names nowhere.view_nothing, a permission of no installed model."),
    ]


def test_every_role_names_permissions_that_exist():
    assert check_roles(None) == []


@pytest.mark.django_db
def test_two_apps_add_to_one_role(clerk):
    register_role("Clerk", ["auth.add_group"])
    migrate_again()
    assert words(Group.objects.get(name="Clerk")) == {"auth.view_group", "auth.add_group"}


@pytest.mark.django_db
def test_second_run_writes_nothing(clerk, django_assert_max_num_queries):
    migrate_again()
    with django_assert_max_num_queries(3) as queries:
        migrate_again()
    assert all(query["sql"].startswith("SELECT") for query in queries.captured_queries)


@pytest.mark.django_db
def test_changes_by_hand_to_a_role_are_reset_and_own_groups_are_left_alone(clerk):
    own = Group.objects.create(name="Our own")
    everything = Permission.objects.all()
    own.permissions.set(everything)
    migrate_again()
    Group.objects.get(name="Clerk").permissions.set(everything)
    migrate_again()
    assert words(Group.objects.get(name="Clerk")) == {"auth.view_group"}
    assert own.permissions.count() == everything.count()


@pytest.mark.django_db
def test_members_stay_when_a_role_is_mended(clerk, anna):
    migrate_again()
    anna.groups.add(Group.objects.get(name="Clerk"))
    migrate_again()
    assert anna.has_perm("auth.view_group")


@pytest.mark.django_db(transaction=True)
def test_roles_are_there_again_after_a_flush():
    call_command("flush", interactive=False, verbosity=0)
    administrator = Group.objects.get(name=Role.ADMINISTRATOR)
    assert "identity.change_user" in words(administrator)
    assert Group.objects.count() == len(Role)
