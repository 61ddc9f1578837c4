"""Groups in the admin: roles are the hub's, own groups stay within what their maker holds."""

import pytest
from django.contrib.auth.models import Group, Permission

pytestmark = pytest.mark.django_db
LIST = "/admin/auth/group/"


def permission(codename):
    return Permission.objects.get(codename=codename)


def test_role_says_that_it_is_the_hub_s_and_cannot_be_changed(client, superuser):
    client.force_login(superuser)
    role = Group.objects.get(name="Sales office")
    page = client.get(f"{LIST}{role.pk}/change/").content.decode()
    assert "This role is kept by the hub" in page
    before = role.permissions.count()
    assert client.post(f"{LIST}{role.pk}/change/", {"name": "Mine", "permissions": []}).status_code == 403
    assert client.post(f"{LIST}{role.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Group.objects.get(name="Sales office").permissions.count() == before


def test_role_is_copied_into_an_own_group(client, superuser):
    client.force_login(superuser)
    role = Group.objects.get(name="Sales office")
    for _ in range(2):
        client.post(f"{LIST}{role.pk}/copy/", {"confirmed": "yes"})
    copies = Group.objects.filter(name__startswith="Sales office (copy)").order_by("pk")
    assert [copy.name for copy in copies] == ["Sales office (copy)", "Sales office (copy) 2"]
    assert set(copies[0].permissions.all()) == set(role.permissions.all())
    assert "This group is yours" in client.get(f"{LIST}{copies[0].pk}/change/").content.decode()


def test_own_group_cannot_take_a_role_s_name(client, superuser):
    client.force_login(superuser)
    Group.objects.filter(name="Read only").delete()
    answer = client.post(f"{LIST}add/", {"name": "Read only", "permissions": []})
    assert "This is the name of a role the hub keeps" in answer.content.decode()


def test_S2_manager_puts_into_a_group_only_what_they_hold(client, manager):
    client.force_login(manager)
    client.post(f"{LIST}add/", {"name": "People", "permissions": [permission("view_user").pk]})
    group = Group.objects.get(name="People")
    answer = client.post(
        f"{LIST}{group.pk}/change/", {"name": "People", "permissions": [permission("add_apitoken").pk]}
    )
    assert "is not one of the available choices" in answer.content.decode()
    assert list(group.permissions.all()) == [permission("view_user")]


def test_S2_manager_cannot_touch_or_copy_a_group_that_may_more(client, manager):
    client.force_login(manager)
    group = Group.objects.create(name="Mighty")
    group.permissions.add(permission("add_apitoken"))
    assert client.post(f"{LIST}{group.pk}/change/", {"name": "Mine"}).status_code == 403
    assert client.post(f"{LIST}{group.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"{LIST}{group.pk}/copy/", {"confirmed": "yes"}).status_code == 404
    client.post(LIST, {"action": "delete_selected", "_selected_action": [group.pk], "post": "yes"})
    assert Group.objects.filter(name="Mighty").exists()


def test_permissions_are_offered_by_table_in_words(client, superuser):
    client.force_login(superuser)
    page = client.get(f"{LIST}add/").content.decode()
    assert "<legend>API tokens</legend>" in page
    assert "See and revoke everybody" in page
    assert "Can add" not in page
