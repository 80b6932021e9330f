"""The runner of the scenarios in tests/scenarios. It plays them through the public API of the package."""
