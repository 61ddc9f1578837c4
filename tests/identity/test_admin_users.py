"""People in the admin: nobody hands out more than they hold, nobody is locked out by mistake."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from foundation.identity.models import User
from foundation.identity.second_factor import has_second_factor
from tests.identity.conftest import PASSWORD

pytestmark = pytest.mark.django_db
LIST = "/admin/identity/user/"


def edit(client, user, **changes):
    """Post the form of a person with some boxes changed; what is None is left unticked."""
    boxes = {"email": user.email, "name": user.name, "kind": user.kind, "is_staff": "on", "is_active": "on"}
    data = {name: value for name, value in (boxes | changes).items() if value is not None}
    return client.post(f"{LIST}{user.pk}/change/", data)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def boss(superuser):
    return signed_in(superuser)


@pytest.fixture
def office(manager):
    return signed_in(manager)


def test_new_person_gets_a_link_instead_of_a_password(boss, mailoutbox):
    data = {"email": "New@Example.com", "name": "Nina New", "kind": "staff", "is_staff": "on", "is_active": "on"}
    assert boss.post(f"{LIST}add/", data).status_code == 302
    user = User.objects.get(email="new@example.com")
    assert not user.has_usable_password()
    assert [message.to for message in mailoutbox] == [["new@example.com"]]
    assert "/accounts/password/reset/key/" in mailoutbox[0].body


def test_invited_person_sets_a_password_and_signs_in(boss, mailoutbox, client):
    boss.post(f"{LIST}add/", {"email": "new@example.com", "kind": "staff", "is_staff": "on", "is_active": "on"})
    link = next(line for line in mailoutbox[0].body.splitlines() if "/reset/key/" in line)
    form = client.get(link.removeprefix("http://localhost:8000"), follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    answer = client.post(reverse("account_login"), {"login": "new@example.com", "password": PASSWORD})
    assert answer.url == reverse("admin:index")


def test_two_people_cannot_have_one_address(boss, anna):
    answer = boss.post(f"{LIST}add/", {"email": "ANNA@example.com", "kind": "staff", "is_active": "on"})
    assert "Somebody already signs in with this e-mail address." in answer.content.decode()


def test_portal_user_cannot_be_made_staff(boss, buyer):
    answer = edit(boss, buyer)
    assert "A portal user cannot be staff" in answer.content.decode()


def test_S2_manager_cannot_make_a_superuser_by_a_forged_post(office, anna):
    assert edit(office, anna, is_superuser="on").status_code == 302
    anna.refresh_from_db()
    assert not anna.is_superuser


def test_S2_manager_cannot_make_a_new_superuser_by_a_forged_post(office):
    office.post(f"{LIST}add/", {"email": "new@example.com", "kind": "staff", "is_active": "on", "is_superuser": "on"})
    assert not User.objects.get(email="new@example.com").is_superuser


def test_S2_manager_cannot_give_a_role_that_may_more(office, anna):
    role = Group.objects.get(name="Administrator")
    assert "is not one of the available choices" in edit(office, anna, groups=[role.pk]).content.decode()
    assert not anna.groups.exists()


def test_S2_manager_gives_what_they_hold(office, anna):
    group = Group.objects.create(name="People")
    group.permissions.add(Permission.objects.get(codename="view_user"))
    assert edit(office, anna, groups=[group.pk]).status_code == 302
    assert list(anna.groups.all()) == [group]


def test_S2_manager_cannot_give_a_permission_they_do_not_hold(office, anna):
    permission = Permission.objects.get(codename="add_apitoken")
    assert (
        "is not one of the available choices" in edit(office, anna, user_permissions=[permission.pk]).content.decode()
    )
    assert not anna.user_permissions.exists()


@pytest.fixture(params=["superuser", "role", "permission", "deactivated"])
def mightier(request, superuser):
    """Somebody who may, or once activated again would, do more than the manager."""
    if request.param == "superuser":
        return superuser
    user = User.objects.create_staff("mighty@example.com", is_active=request.param != "deactivated")
    if request.param == "role":
        user.groups.add(Group.objects.get(name="Administrator"))
    else:
        user.user_permissions.add(Permission.objects.get(codename="add_apitoken"))
    return user


def test_S2_manager_cannot_change_somebody_who_may_more(office, mightier):
    """Changing the address and asking for a link would open every door of theirs."""
    assert edit(office, mightier, email="mona2@example.com").status_code == 403
    assert not User.objects.filter(email="mona2@example.com").exists()


@pytest.mark.parametrize("deed", ["send-password-link", "deactivate", "remove-second-factor", "sign-out", "activate"])
def test_S2_manager_cannot_lay_hands_on_somebody_who_may_more(office, mightier, mailoutbox, deed):
    assert office.post(f"{LIST}{mightier.pk}/do/{deed}/", {"confirmed": "yes"}).status_code == 403
    assert mailoutbox == []


def test_S2_manager_cannot_deactivate_somebody_who_may_more_from_the_list(office, superuser, anna):
    data = {"action": "deactivate", "_selected_action": [superuser.pk, anna.pk], "confirmed": "yes"}
    page = office.post(LIST, data, follow=True).content.decode()
    assert "Ruth Root may do more than you" in page
    assert "Deactivate: done for 1 person." in page
    assert set(User.objects.filter(is_active=True)) >= {superuser}
    assert not User.objects.get(pk=anna.pk).is_active


@pytest.mark.parametrize("loss", ["is_superuser", "is_staff", "is_active"])
def test_S2_form_says_that_the_last_superuser_stays(boss, superuser, loss):
    answer = edit(boss, superuser, **({"is_superuser": "on"} | {loss: None}))
    assert "Somebody must remain who may do everything" in answer.content.decode()
    superuser.refresh_from_db()
    assert superuser.is_superuser
    assert superuser.is_staff
    assert superuser.is_active


def test_nobody_shuts_themselves_out(office, manager):
    assert "You cannot shut yourself out" in edit(office, manager, is_active=None).content.decode()
    page = office.post(f"{LIST}{manager.pk}/do/deactivate/", {"confirmed": "yes"}, follow=True)
    assert "You cannot deactivate yourself" in page.content.decode()
    manager.refresh_from_db()
    assert manager.is_active


def test_changing_one_s_own_roles_keeps_one_signed_in(boss, superuser):
    role = Group.objects.get(name="Read only")
    assert edit(boss, superuser, is_superuser="on", groups=[role.pk]).status_code == 302
    assert boss.get(LIST).status_code == 200


def test_people_are_deactivated_not_deleted(boss, anna):
    assert boss.post(f"{LIST}{anna.pk}/delete/", {"post": "yes"}).status_code == 403
    boss.post(LIST, {"action": "delete_selected", "_selected_action": [anna.pk], "post": "yes"})
    assert User.objects.filter(pk=anna.pk).exists()


def test_S6_questions_change_nothing_until_they_are_answered(boss, anna):
    for deed in ("deactivate", "sign-out", "remove-second-factor", "send-password-link"):
        assert boss.get(f"{LIST}{anna.pk}/do/{deed}/").status_code == 200
    assert "done for" not in boss.post(LIST, {"action": "deactivate", "_selected_action": [anna.pk]}).content.decode()
    before = User.objects.filter(pk=anna.pk).values().get()
    assert before["is_active"]
    assert before["session_epoch"] == 0


def test_deactivation_ends_the_session_at_once(boss, anna):
    session = signed_in(anna)
    assert session.get("/accounts/").status_code == 200
    boss.post(f"{LIST}{anna.pk}/do/deactivate/", {"confirmed": "yes"})
    assert session.get("/accounts/").status_code == 302
    boss.post(f"{LIST}{anna.pk}/do/activate/", {"confirmed": "yes"})
    assert User.objects.get(pk=anna.pk).is_active


def test_lost_second_factor_is_taken_away(boss, anna):
    from allauth.mfa.totp.internal.auth import TOTP

    TOTP.activate(anna, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    assert "in use" in boss.get(f"{LIST}{anna.pk}/help/").content.decode()
    boss.post(f"{LIST}{anna.pk}/do/remove-second-factor/", {"confirmed": "yes"})
    assert not has_second_factor(anna)


def test_link_is_not_sent_to_the_deactivated(boss, anna, mailoutbox):
    User.objects.filter(pk=anna.pk).update(is_active=False)
    boss.post(LIST, {"action": "send_password_link", "_selected_action": [anna.pk], "confirmed": "yes"})
    assert mailoutbox == []


def test_S10_changed_access_is_announced_with_old_and_new(boss, superuser, anna, events):
    edit(boss, anna, is_staff=None, groups=[Group.objects.get(name="Read only").pk])
    changed = [event for event in events if event[0] == "access.changed"]
    assert changed == [
        ("access.changed", superuser, anna, {"is_staff": [True, False], "roles": [[], ["Read only"]]}),
    ]


def test_list_asks_the_database_equally_often_for_any_number_of_people(boss, django_assert_max_num_queries):
    def queries_for(count):
        for number in range(count):
            user = User.objects.create_staff(f"user{number}of{count}@example.com")
            user.groups.add(Group.objects.first())
        with django_assert_max_num_queries(40) as queries:
            boss.get(LIST)
        return len(queries)

    assert queries_for(3) == queries_for(20)


@pytest.mark.parametrize(("word", "found"), [("yes", "anna@example.com"), ("no", "root@example.com")])
def test_list_is_narrowed_by_second_factor(boss, anna, word, found):
    from allauth.mfa.totp.internal.auth import TOTP

    TOTP.activate(anna, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    answer = boss.get(f"{LIST}?second_factor={word}")
    assert [user.email for user in answer.context["cl"].result_list] == [found]


def test_password_is_changed_on_the_account_page_only(boss):
    assert boss.get("/admin/password_change/").url == reverse("account_change_password")


def test_leaving_the_admin_leads_to_the_one_sign_in_page(boss):
    assert boss.post("/admin/logout/").url == reverse("account_login")
