"""Rules of the catalogue that span rows, as triggers of the database, and their words."""
