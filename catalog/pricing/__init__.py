"""How price lists are combined and which price holds: rules of OroCommerce, as pure functions and as SQL."""
