"""How fast the pages are, as ratios to a bare Django view over the same rows: `make bench`."""
