"""Several bundles of one study as one bundle."""
