"""What happens in the catalogue besides plain editing."""
