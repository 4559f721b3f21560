"""Published methods, data sets and metric values of the talking-head literature, by name.

The tables beside this file are facts carried over from surveys; README.md says from which, and what is odd in
them. Every name stays free: a name that is not listed has no entry, and that is no mistake.
"""

from studies.catalogue.entries import Citation, Dataset, Method, PublishedValue
from studies.catalogue.lookup import citation, dataset, datasets, method, methods, published, same_name
from studies.catalogue.spelling import same_method

__all__ = [
    "Citation",
    "Dataset",
    "Method",
    "PublishedValue",
    "citation",
    "dataset",
    "datasets",
    "method",
    "methods",
    "published",
    "same_method",
    "same_name",
]
