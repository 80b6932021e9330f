"""The runner of the scenarios in tests/scenarios, which plays them through the public API of the package."""
