"""A study made fit for publication: pseudonymised data, and all that reproduces its report from them."""
