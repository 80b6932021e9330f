"""Programs that tests run in separate processes: `python -m programs.NAME CASE`."""
