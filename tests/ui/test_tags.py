"""The shared pieces, as a template uses them."""

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory


def draw(source: str, **context) -> str:
    return " ".join(Template("{% load hub_ui %}" + source).render(Context(context)).split())


def test_progress_says_its_figures_in_words():
    html = draw("{% progress 1200 5000 'Rows' %}")
    assert 'max="5000" value="1200"' in html
    assert 'aria-label="Rows"' in html
    assert "1,200 of 5,000 (24 %)" in html


def test_progress_without_a_total_has_no_value():
    html = draw("{% progress 1200 None %}")
    assert "value=" not in html
    assert "1,200 so far" in html


@pytest.mark.parametrize(("done", "percent"), [(0, "0 %"), (5001, "100 %")])
def test_progress_stays_between_nothing_and_everything(done, percent):
    assert f"({percent})" in draw("{% progress done 5000 %}", done=done)


def test_polling_stops_with_the_final_state():
    assert draw("<p {% poll '/job/1/' True %}>") == '<p hx-get="/job/1/" hx-trigger="every 2s" hx-swap="outerHTML">'
    assert draw("<p {% poll '/job/1/' False %}>") == "<p >"


def test_diff_reads_well_without_colour_and_escapes():
    html = draw("{% diff '' new %}", new="<b>")
    assert '<del><span class="hub-sr">was </span><em class="hub-nothing">empty</em></del>' in html
    assert '<ins><span class="hub-sr">is now </span>&lt;b&gt;</ins>' in html


def test_diff_shows_truth_values_as_words():
    assert "yes</del>" in draw("{% diff True False %}")


def test_short_way_is_shown_whole():
    html = draw("{% crumbs parents 'Here' %}", parents=[("Root", "/r"), ("Parent", "/p")])
    assert "…" not in html
    assert '<li aria-current="page">Here</li>' in html


def test_long_way_is_folded_to_list_root_and_parent():
    html = draw("{% crumbs parents 'Here' %}", parents=[(f"L{n}", f"/{n}") for n in range(5)])
    before, folded = html.split("<details>")
    assert "L1" in before
    assert "L2" not in before
    assert "2 levels between" in folded
    assert folded.split("</details>")[1].count("<a ") == 1
    assert "L4" in folded.split("</details>")[1]


def test_step_without_an_address_is_no_link():
    html = draw("{% crumbs parents 'Here' %}", parents=[("Root", "/r"), ("(hidden)", "")])
    assert '<span class="hub-quiet">(hidden)</span>' in html
    assert html.count("<a ") == 1


def test_counts_link_where_they_have_an_address():
    html = draw("{% counts items %}", items=[("Made", 1234, "good"), ("Refused", 2, "bad", "/refused/")])
    assert '<div class="hub-good"> <dt>Made</dt> <dd>1,234</dd>' in html
    assert '<dd><a href="/refused/">2</a></dd>' in html


def test_empty_state_offers_what_to_do():
    html = draw("{% empty_state 'No customers yet' 'Create one.' url='/add/' action='New customer' %}")
    assert '<a class="hub-button hub-primary" href="/add/">New customer</a>' in html


def test_pager_keeps_the_rest_of_the_address():
    request = RequestFactory().get("/list/?state=failed&page=2")
    html = draw("{% pager page %}", page=Paginator(range(100), 10).page(2), request=request)
    assert 'rel="next" href="?state=failed&amp;page=3"' in html
    assert '<span aria-current="page">2</span>' in html


def test_no_pager_for_one_page():
    request = RequestFactory().get("/")
    assert draw("{% pager page %}", page=Paginator([1], 10).page(1), request=request) == ""


def test_never_instead_of_an_empty_time():
    assert "never" in draw("{% ago None %}")
