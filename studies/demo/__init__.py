"""The demo study and the programs that made its clips. Only these programs need numpy and scikit-image."""
