"""Other groups' files as study bundles: one module per foreign format."""
