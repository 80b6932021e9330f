-- Version 1 of the ledger's schema. A program that reads the file itself must open it read-only.

-- One row: what the ledger belongs to.
CREATE TABLE ledger (
    origin       TEXT,          -- base URL of the API; NULL until a client uses the ledger
    fingerprint  BLOB,          -- HMAC of the API key; NULL until a client uses the ledger
    salt         BLOB NOT NULL, -- key of all HMACs of this ledger
    secret_check BLOB,          -- HMAC with the secret of the option `ledger_secret`; NULL until a client uses the ledger
    created_at   TEXT NOT NULL  -- RFC 3339, UTC, like all times
) STRICT;

-- At most one row: the job of the command line that the ledger belongs to, so that it is continued exactly as it was begun.
CREATE TABLE job (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    json  TEXT NOT NULL  -- template, sender, columns and times, and digests of the file with the recipients
) STRICT;

-- The processes that have opened the ledger. While a process runs, it holds a lock in the file `<ledger>-lock`.
CREATE TABLE owners (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    pid        INTEGER NOT NULL,
    opened_at  TEXT NOT NULL
) STRICT;

CREATE TABLE rows (
    id                  INTEGER PRIMARY KEY,    -- in the order of the first claims
    key                 TEXT NOT NULL UNIQUE,   -- the caller's key, or `default:` and an HMAC of operation, channel and recipient
    operation           TEXT NOT NULL,          -- path of the API, such as `/messages`
    state               TEXT NOT NULL,          -- claimed, accepted, rejected, not_sent, unknown or pruned
    generation          INTEGER NOT NULL,       -- number of claims
    owner               INTEGER NOT NULL,       -- owners.id of the last claim
    hash                BLOB NOT NULL,          -- HMAC of the parameters in canonical form
    hash_version        INTEGER NOT NULL,       -- version of the canonical form
    claimed_at          TEXT NOT NULL,
    settled_at          TEXT,                   -- time of the result
    settled_by          TEXT,                   -- person who settled a doubt
    result_id           TEXT,                   -- id of the message or campaign
    result_status       TEXT,                   -- its status in the response
    result_created_at   TEXT,
    error               TEXT,                   -- kind of the error
    http_status         INTEGER,                -- of an error
    code                TEXT,                   -- the API's code of an error
    request_id          TEXT,
    may_be_second       INTEGER NOT NULL,       -- 1: sent although an earlier request may have been processed
    possible_duplicate  INTEGER NOT NULL        -- 1: two requests were accepted, or may have been
) STRICT;
