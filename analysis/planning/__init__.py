"""Planning a study: what intervals and differences raters and items will give, before anybody rates."""
