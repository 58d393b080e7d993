"""Heavy figures: `make trust`."""
