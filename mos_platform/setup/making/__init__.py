"""Programs that made the committed files of the checks: `python -m mos_platform.setup.making.NAME`."""
