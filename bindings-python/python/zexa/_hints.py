"""What the errors about wrong arguments of a constructor say. Imported when there is one."""

from __future__ import annotations

OF_CALLS = {
    "retry_ambiguous": "an option of calls and of with_options()",
    "extra_headers": "an option of calls and of with_options()",
    "extra_query": "an option of calls and of with_options()",
    "extra_body": "an option of calls that send a body, such as messages.send()",
}
"""Where to pass the options that a client does not have."""

SYNONYMS = {
    "key": "api_key",
    "token": "api_key",
    "url": "base_url",
    "endpoint": "base_url",
    "retries": "max_retries",
    "headers": "default_headers",
    "extra_headers": "default_headers",
    "proxies": "proxy",
    "verify": "ca_file",
    "cert": "client_cert_file",
    "user_agent": "user_agent_suffix",
}
"""Names in other libraries, and those of a call."""


def wrong_arguments(name: str, values: tuple[object, ...], options: set[str], known: set[str]) -> TypeError:
    """Describe the arguments of the constructor `name`, which accepts the `known` keywords only."""
    if values:
        return TypeError(f"{name}() takes keyword arguments only: pass the API key as {name}(api_key=...)")
    wrong = min(options - known)
    error = f"{name}() got an unexpected keyword argument {wrong!r}"
    if wrong in OF_CALLS:
        error += f", which is {OF_CALLS[wrong]}"
    meant = SYNONYMS.get(wrong) or similar(wrong, known)
    return TypeError(f"{error}. Did you mean {meant!r}?" if meant else error)


def similar(wrong: str, known: set[str]) -> str | None:
    """Return the known name that is most similar, if any is."""
    import difflib

    return next(iter(difflib.get_close_matches(wrong, sorted(known), 1, 0.75)), None)
