"""Who sees and does what: own customers or everybody's, and each permission on its own."""

import pytest
from django.urls import reverse

from customers.models import Contact, Customer
from tests.customers.admin.conftest import allow, fields_of, form_url, page_url, sent
from tests.factories import (
    AddressFactory,
    ContactFactory,
    CustomerFactory,
    DepartmentFactory,
    MembershipFactory,
    NoteFactory,
)

pytestmark = pytest.mark.django_db

ALL_WORK = [
    f"customers.{verb}_{model}"
    for verb in ("view", "add", "change", "delete")
    for model in ("customer", "contact", "address", "note", "customerpricelist")
]


@pytest.fixture
def limited(client, anna):
    """Anna works with her own customers only."""
    client.force_login(allow(anna, *ALL_WORK))
    return client


@pytest.fixture
def mine(anna):
    return CustomerFactory(name="Mine GmbH", owner=anna)


@pytest.fixture
def theirs(superuser):
    customer = CustomerFactory(name="Theirs GmbH", owner=superuser)
    ContactFactory(customer=customer, last_name="Fremd", email="fremd@theirs.example")
    AddressFactory(customer=customer, street="Fremdgasse 1")
    NoteFactory(customer=customer, text="Fremde Notiz")
    return customer


def names(response):
    return [str(row) for row in response.context["cl"].result_list]


def test_list_and_search_hold_own_customers_only(limited, list_url, mine, theirs):
    assert names(limited.get(list_url)) == ["Mine GmbH"]
    assert names(limited.get(list_url, {"q": "Theirs"})) == []
    assert names(limited.get(list_url, {"q": "fremd@theirs.example"})) == []


@pytest.mark.parametrize("model", ["contact", "address", "note"])
def test_lists_of_what_belongs_to_customers_are_limited_too(limited, mine, theirs, model):
    assert names(limited.get(reverse(f"admin:customers_{model}_changelist"))) == []


def test_autocomplete_offers_own_customers_only(limited, mine, theirs):
    asked = {"app_label": "customers", "model_name": "contact", "field_name": "customer"}
    results = limited.get(reverse("admin:autocomplete"), asked).json()["results"]
    assert [row["text"] for row in results] == ["Mine GmbH"]


@pytest.mark.parametrize("page", ["overview", "change", "delete", "history"])
def test_direct_address_of_anothers_customer_leads_nowhere(limited, theirs, page):
    response = limited.get(reverse(f"admin:customers_customer_{page}", args=[theirs.pk]))
    assert response.status_code in (302, 404)
    assert "Theirs GmbH" not in response.text


@pytest.mark.parametrize("page", ["move", "new_subsidiary", "new_contact"])
def test_buttons_of_anothers_customer_are_refused(limited, theirs, page):
    assert limited.get(reverse(f"admin:customers_customer_{page}", args=[theirs.pk])).status_code == 403


def test_contact_of_anothers_customer_leads_nowhere(limited, theirs):
    address = reverse("admin:customers_contact_change", args=[theirs.contacts.get().pk])
    assert limited.get(address).status_code == 302


def test_form_of_anothers_customer_is_not_saved(limited, mine, theirs):
    data = sent(fields_of(limited.get(form_url(mine))), name="Taken")
    assert limited.post(form_url(theirs), data).status_code == 302
    assert Customer.objects.get(pk=theirs.pk).name == "Theirs GmbH"


def test_anothers_customer_is_no_parent(limited, mine, theirs):
    response = limited.post(form_url(mine), sent(fields_of(limited.get(form_url(mine))), parent=theirs.pk))
    assert "There is no such customer, or it is not one of yours." in response.text
    assert Customer.objects.get(pk=mine.pk).parent is None


def test_contact_is_not_added_to_anothers_customer(limited, mine, theirs):
    url = reverse("admin:customers_contact_add")
    data = sent(fields_of(limited.get(url), "contact_form"), customer=theirs.pk, last_name="Neu")
    assert limited.post(url, data).status_code == 200
    assert Contact.objects.count() == 1


def test_anothers_parent_is_kept_and_not_named(limited, list_url, mine, theirs):
    Customer.objects.filter(pk=mine.pk).update(parent=theirs)
    for url in (list_url, form_url(mine), page_url(mine)):
        html = limited.get(url).text
        assert "(of another owner)" in html
        assert "Theirs GmbH" not in html
    limited.post(form_url(mine), sent(fields_of(limited.get(form_url(mine))), code="M-1"))
    saved = Customer.objects.get(pk=mine.pk)
    assert (saved.parent, saved.code) == (theirs, "M-1")


def test_anothers_subsidiary_is_not_named(limited, mine, theirs):
    Customer.objects.filter(pk=theirs.pk).update(parent=mine)
    html = limited.get(page_url(mine)).text
    assert "Theirs GmbH" not in html
    assert "(of another owner)" in html


def test_action_does_not_reach_anothers_customer(limited, list_url, theirs, mine, group):
    data = {"action": "set_group", "_selected_action": [theirs.pk, mine.pk], "confirmed": "yes", "value": group.pk}
    limited.post(list_url, data)
    assert list(Customer.objects.filter(group=group)) == [mine]


def test_new_customer_is_its_makers_whatever_the_form_says(limited, anna, superuser, add_customer_url):
    data = sent(fields_of(limited.get(add_customer_url)), name="New GmbH", owner=superuser.pk)
    limited.post(add_customer_url, data)
    assert Customer.objects.get(name="New GmbH").owner == anna


def test_owner_is_not_handed_over_without_the_right_to_see_all(limited, list_url, mine, superuser):
    data = {"action": "set_owner", "_selected_action": [mine.pk], "confirmed": "yes", "value": superuser.pk}
    limited.post(list_url, data)
    assert Customer.objects.get(pk=mine.pk).owner_id == mine.owner_id


def test_who_sees_all_sees_all(client, anna, list_url, mine, theirs):
    client.force_login(allow(anna, "customers.view_customer", "customers.access_all_customers"))
    assert names(client.get(list_url)) == ["Mine GmbH", "Theirs GmbH"]
    assert client.get(form_url(theirs)).status_code == 200


@pytest.mark.parametrize(
    ("word", "opens"),
    [
        ("view", {"list", "change"}),
        ("add", {"add"}),
        ("change", {"list", "change"}),
        ("delete", {"delete"}),
        ("import", set()),
        ("export", set()),
    ],
)
def test_each_permission_opens_its_own_pages(client, anna, list_url, add_customer_url, mine, word, opens):
    client.force_login(allow(anna, f"customers.{word}_customer"))
    pages = {
        "add": add_customer_url,
        "change": form_url(mine),
        "delete": reverse("admin:customers_customer_delete", args=[mine.pk]),
    }
    reached = {name for name, url in pages.items() if client.get(url).status_code == 200}
    if client.get(list_url).status_code == 200:
        reached.add("list")
    assert reached == opens


def test_filter_does_not_name_anothers_customer(limited, list_url, mine, theirs):
    for parameters in ({"parent__id__exact": theirs.pk}, {"account__id__exact": theirs.account_id}):
        assert "Theirs GmbH" not in limited.get(list_url, parameters).text


def test_accounts_of_others_are_not_listed(limited, anna, mine, theirs):
    limited.force_login(allow(anna, "customers.view_account"))
    assert names(limited.get(reverse("admin:customers_account_changelist"))) == ["Mine GmbH"]


def test_department_of_everybody_does_not_show_anothers_people(limited, anna, mine, theirs):
    limited.force_login(allow(anna, "customers.view_department", "customers.view_membership"))
    department = DepartmentFactory(name="Buyers")
    MembershipFactory(department=department, contact=theirs.contacts.get())
    MembershipFactory(department=department, contact=ContactFactory(customer=mine, last_name="Eigen"))
    html = limited.get(reverse("admin:customers_department_change", args=[department.pk])).text
    assert "Eigen" in html
    assert "Fremd" not in html


def test_who_may_only_look_has_no_buttons_and_saves_nothing(client, anna, list_url, mine):
    client.force_login(allow(anna, "customers.view_customer", "customers.view_address"))
    html = client.get(form_url(mine)).text
    assert 'name="_save"' not in html
    assert "seen_version" not in html
    assert client.post(form_url(mine), {"name": "Taken"}).status_code == 403
    client.post(list_url, {"action": "delete_customers", "_selected_action": [mine.pk], "confirmed": "yes"})
    assert Customer.objects.get() == mine
