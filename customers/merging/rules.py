"""How this app's own rows follow when two customers are merged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from customers.merging.registry import Collision, MergeRule, register_merge_rule
from customers.models import Address, Customer, CustomerPriceList, Department, NotDuplicate

if TYPE_CHECKING:
    from customers.merging.merge import Merge

NAMED = 20  # collisions of a kind that are named one by one

FLAGS = ("is_primary", "is_default_billing", "is_default_shipping")


def _more(shown: list[Collision], count: int) -> list[Collision]:
    rest = count - len(shown)
    return [*shown, Collision(_("… and %d more") % rest, _("settled in the same way"))] if rest > 0 else shown


class FollowAddresses(MergeRule):
    """The winner's primary and default addresses stay what they are; what it lacks it takes from the loser."""

    def _taken(self, merge: Merge) -> dict[str, Address]:
        """The winner's flagged addresses that the loser has one for as well."""
        theirs = {flag for flag in FLAGS if self.rows(merge).filter(**{flag: True}).exists()}
        flagged = {flag: self.of(merge.winner.pk).filter(**{flag: True}).first() for flag in theirs}
        return {flag: address for flag, address in flagged.items() if address is not None}

    def collisions(self, merge: Merge) -> list[Collision]:
        """Name each flag that an address loses."""
        words = {
            "is_primary": _("Both have a primary address."),
            "is_default_billing": _("Both have a default billing address."),
            "is_default_shipping": _("Both have a default shipping address."),
        }
        taken = self._taken(merge)
        return [
            Collision(words[flag], _("“%(address)s” stays it.") % {"address": taken[flag]})
            for flag in FLAGS
            if flag in taken
        ]

    def apply(self, merge: Merge) -> None:
        """Move them, without the flags that are taken."""
        values: dict[str, Any] = dict.fromkeys(self._taken(merge), False)
        self.rows(merge).update(customer=merge.winner.pk, **values)


class FollowDepartments(MergeRule):
    """A department of the same name is one department: its people join the winner's."""

    def _same(self, merge: Merge) -> Iterator[tuple[Department, Department]]:
        mine = {name: key for key, name in self.of(merge.winner.pk).values_list("pk", Lower("name"))}
        theirs = self.rows(merge).annotate(low=Lower("name")).filter(low__in=mine).order_by("name", "pk")
        winners = Department.objects.in_bulk([mine[one.low] for one in theirs])
        return ((one, winners[mine[one.low]]) for one in theirs)

    def collisions(self, merge: Merge) -> list[Collision]:
        """Name the departments that become one."""
        return [
            Collision(
                _("Both have a department “%(name)s”.") % {"name": mine},
                _("Its people join the one that stays, and its description goes."),
            )
            for _theirs, mine in self._same(merge)
        ]

    def apply(self, merge: Merge) -> None:
        """Join those of the same name, move the others."""
        for theirs, mine in self._same(merge):
            theirs.memberships.update(department=mine)
            theirs.delete()
        super().apply(merge)


class FollowContacts(MergeRule):
    """People stay people: two with the same e-mail address both stay, and are named."""

    def collisions(self, merge: Merge) -> list[Collision]:
        """Name e-mail addresses that both have."""
        mine = self.of(merge.winner.pk).exclude(email="").annotate(low=Lower("email")).values("low")
        twice = self.rows(merge).annotate(low=Lower("email")).filter(low__in=mine).order_by("pk")
        shown = [
            Collision(
                _("“%(contact)s” has an e-mail address that a contact of the other one has too.")
                % {"contact": contact},
                _("Both contacts stay."),
            )
            for contact in twice[:NAMED]
        ]
        return _more(shown, twice.count())


class FollowPriceLists(MergeRule):
    """The winner's lists come first, as they are; those that it lacks follow in their order."""

    def _both(self, merge: Merge) -> QuerySet[CustomerPriceList]:
        mine = self.of(merge.winner.pk).values("price_list")
        rows: QuerySet[CustomerPriceList] = self.rows(merge).filter(price_list__in=mine)
        return rows.select_related("price_list").order_by("position", "pk")

    def _moving(self, merge: Merge) -> list[CustomerPriceList]:
        rows = self.rows(merge).exclude(pk__in=self._both(merge).values("pk")).select_related("price_list")
        return list(rows.order_by("position", "pk"))

    def _after(self, merge: Merge) -> int | None:
        last: int | None = self.of(merge.winner.pk).aggregate(last=Max("position"))["last"]
        return last

    def collisions(self, merge: Merge) -> list[Collision]:
        """Name lists of both, and new positions."""
        shown = [
            Collision(
                _("Both have the price list “%(list)s”.") % {"list": row.price_list},
                _("Position and merging stay as the customer that stays has them."),
            )
            for row in self._both(merge)
        ]
        last = self._after(merge)
        if last is not None and self._moving(merge):
            names = ", ".join(str(row.price_list) for row in self._moving(merge)[:NAMED])
            shown.append(Collision(_("Order of price lists: %(names)s.") % {"names": names}, _("They come last.")))
        return shown

    def apply(self, merge: Merge) -> None:
        """Drop what the winner has, append the others."""
        moving, last = self._moving(merge), self._after(merge)
        self._both(merge).delete()
        for place, row in enumerate(moving, start=1):
            row.customer = merge.winner
            row.position = row.position if last is None else last + place
        CustomerPriceList.objects.bulk_update(moving, ["customer", "position"])


class FollowParent(MergeRule):
    """Subsidiaries of the loser become the winner's; the winner itself is hung where it belongs before."""

    def rows(self, merge: Merge) -> QuerySet[Any]:
        """All but the winner."""
        return super().rows(merge).exclude(pk=merge.winner.pk)

    def collisions(self, merge: Merge) -> list[Collision]:
        """Say what becomes of the tree where one is below the other."""
        if merge.winner_is_below:
            place = str(merge.loser.parent) if merge.loser.parent_id else ""
            where = (
                _("It takes its place, below “%(parent)s”.") % {"parent": place}
                if place
                else _("It takes its place, at the top.")
            )
            return [Collision(_("“%(name)s” is below the other one.") % {"name": merge.winner}, where)]
        return []

    def apply(self, merge: Merge) -> None:
        """The winner first, so that no circle is closed."""
        if merge.parent_id != merge.winner.parent_id:
            Customer.objects.filter(pk=merge.winner.pk).update(parent=merge.parent_id)
        super().apply(merge)


class FollowPairs(MergeRule):
    """“Is not a duplicate of a third one” holds for the winner as well; of the two themselves it is taken back."""

    def apply(self, merge: Merge) -> None:
        """Both keys of the pair at once, since the smaller number comes first."""
        winner, loser = merge.winner.pk, merge.loser.pk
        pairs = NotDuplicate.objects.filter(Q(first=loser) | Q(second=loser))
        others = {pair.first_id if pair.second_id == loser else pair.second_id for pair in pairs} - {winner}
        pairs.delete()
        known = NotDuplicate.objects.filter(Q(first=winner, second__in=others) | Q(second=winner, first__in=others))
        others -= {key for pair in known.values_list("first", "second") for key in pair}
        made = [NotDuplicate(first_id=min(winner, key), second_id=max(winner, key)) for key in sorted(others)]
        NotDuplicate.objects.bulk_create(made)


class Drop(MergeRule):
    """What was worked out about the loser goes with it."""

    def apply(self, merge: Merge) -> None:
        """Delete the rows."""
        self.rows(merge).delete()


class Nothing(MergeRule):
    """The rule of the table's other key has done it."""

    def apply(self, merge: Merge) -> None:
        """Nothing is left to do."""


def register() -> None:
    """Say how our own rows follow. Addresses go before the contacts that point to them."""
    register_merge_rule(FollowParent("customers.Customer.parent", order=10))
    register_merge_rule(FollowAddresses("customers.Address.customer", order=20))
    register_merge_rule(FollowDepartments("customers.Department.customer", order=30))
    register_merge_rule(FollowContacts("customers.Contact.customer", order=40))
    register_merge_rule(FollowPriceLists("customers.CustomerPriceList.customer"))
    register_merge_rule(MergeRule("customers.Note.customer"))
    register_merge_rule(MergeRule("customers.CustomerAlias.customer"))
    register_merge_rule(FollowPairs("customers.NotDuplicate.first", quiet=True))
    register_merge_rule(Nothing("customers.NotDuplicate.second", quiet=True))
    register_merge_rule(Drop("customers.LikelyDuplicate.customer", quiet=True))
