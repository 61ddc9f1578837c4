"""Categories as a tree, stock that is only looked at, settings on one page."""

import pytest
from django.urls import reverse

from catalog.models import Category, PricingSettings, StockMovement
from tests.factories import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db


def shown(client, model, **parameters):
    page = client.get(reverse(f"admin:catalog_{model}_changelist"), parameters)
    return list(page.context["cl"].result_list)


def test_categories_are_listed_as_a_tree_with_the_products_below(boss):
    tea = CategoryFactory(name="Tea", parent=CategoryFactory(name="Drinks"))
    green, boards = CategoryFactory(name="Green", parent=tea), CategoryFactory(name="Boards")
    ProductFactory.create_batch(2, category=green)
    ProductFactory(category=tea)
    rows = shown(boss, "category")
    assert [(row.name, len(row.path), row.product_count) for row in rows] == [
        ("Boards", 1, 0),
        ("Drinks", 1, 3),
        ("Tea", 2, 3),
        ("Green", 3, 2),
    ]
    assert boards in rows


def test_a_category_below_itself_is_refused_on_the_form(boss):
    top = CategoryFactory(name="Top")
    below = CategoryFactory(name="Below", parent=top)
    url = reverse("admin:catalog_category_change", args=[top.pk])
    assert "Circular reference detected" in boss.post(url, {"name": "Top", "parent": below.pk}).text
    assert Category.objects.get(pk=top.pk).parent is None


@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize("model", ["category", "unit", "producttaxcode", "warehouse", "stocklevel", "stockmovement"])
def test_lists_ask_a_constant_number_of_queries(boss, book, model, count, django_assert_max_num_queries):
    for number in range(count):
        book(1, str(number), product=ProductFactory(category=CategoryFactory()))
    shown(boss, model)
    with django_assert_max_num_queries(12):
        shown(boss, model)


def test_levels_are_filtered_by_what_needs_a_person(boss, book, chai):
    book(5, "a")
    assert shown(boss, "stocklevel", state="below_zero") == []
    book(-6, "b", StockMovement.Kind.IMPORTED_ORDER)
    assert [level.quantity for level in shown(boss, "stocklevel", state="below_zero")] == [-1]
    assert shown(boss, "stocklevel", state="low") == []
    chai.low_stock_at = 0
    chai.save()
    assert [level.quantity for level in shown(boss, "stocklevel", state="low")] == [-1]


@pytest.mark.parametrize("model", ["stocklevel", "stockmovement"])
def test_stock_is_only_looked_at(boss, book, model):
    book(5, "a")
    assert boss.get(reverse(f"admin:catalog_{model}_add")).status_code == 403
    (row,) = shown(boss, model)
    page = reverse(f"admin:catalog_{model}_change", args=[row.pk])
    assert (boss.get(page).status_code, boss.post(page, {}).status_code) == (200, 403)
    assert boss.post(reverse(f"admin:catalog_{model}_delete", args=[row.pk])).status_code == 403


def test_price_settings_are_one_page(boss):
    page = reverse("admin:catalog_pricingsettings_changelist")
    key = boss.get(page).context["adminform"].form.initial["form_key"]
    boss.post(page, {"strategy": "merge_by_priority", "form_key": key})
    assert PricingSettings.load().strategy == "merge_by_priority"
    boss.post(page, {"strategy": "minimal_prices", "seen_version": 1})
    assert PricingSettings.load().strategy == "minimal_prices"
    assert boss.get(reverse("admin:catalog_pricingsettings_add")).status_code == 302


def test_the_dashboard_says_what_runs_low(boss, book, chai):
    assert "card-catalogue" in boss.get(reverse("admin:index")).text
    chai.low_stock_at = 5
    chai.save()
    assert 'stock=low">1</a>' in boss.get(reverse("admin:index")).text
