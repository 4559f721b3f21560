"""The lists of results.json, one module per kind: they pick the rows, analysis.stats does the estimating."""
