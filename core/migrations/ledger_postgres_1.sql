-- Version 1 of the tables of ledgers in PostgreSQL 14 or later. Running it again changes nothing.
--
-- A client creates the tables by itself if its role may do so. Otherwise run this file with another role, and grant the client's role the rights that are
-- commented out at the end. A program that reads the tables itself must not change them, and must not keep a transaction open that locks rows.

CREATE SCHEMA IF NOT EXISTS zexa_ledger;

-- The versions of this file that were run.
CREATE TABLE IF NOT EXISTS zexa_ledger.migrations (
    version     integer PRIMARY KEY,
    applied_at  timestamptz NOT NULL DEFAULT now()
);

-- One row per ledger.
CREATE TABLE IF NOT EXISTS zexa_ledger.ledgers (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name          text NOT NULL UNIQUE,  -- the parameter `ledger` of the URL
    origin        text,                  -- base URL of the API; NULL until a client uses the ledger
    fingerprint   bytea,                 -- HMAC of the API key; NULL until a client uses the ledger
    salt          bytea NOT NULL,        -- key of all HMACs of this ledger
    secret_check  bytea,                 -- HMAC with the secret of the option `ledger_secret`; NULL until a client uses the ledger
    job           text,                  -- JSON: the job of the command line that the ledger belongs to
    created_at    timestamptz NOT NULL DEFAULT now()
);

-- The processes that have opened a ledger, to find the owner of a claim.
CREATE TABLE IF NOT EXISTS zexa_ledger.owners (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ledger     bigint NOT NULL REFERENCES zexa_ledger.ledgers,
    host       text,                     -- address from which the process was connected; NULL for a Unix socket
    pid        bigint NOT NULL,          -- process id on that host
    opened_at  timestamptz NOT NULL DEFAULT now()
);

CREATE SEQUENCE IF NOT EXISTS zexa_ledger.row_ids;

-- One row per key of a ledger. It is inserted when the key is claimed, and updated with the result.
CREATE TABLE IF NOT EXISTS zexa_ledger.rows (
    ledger              bigint NOT NULL,            -- ledgers.id
    key                 text COLLATE "C" NOT NULL,  -- the caller's key, or `default:` and an HMAC of operation, channel and recipient
    id                  bigint NOT NULL DEFAULT nextval('zexa_ledger.row_ids'),  -- in the order of the first claims
    operation           text NOT NULL,              -- path of the API, such as `/messages`
    state               text NOT NULL,              -- claimed, accepted, rejected, not_sent, unknown or pruned
    generation          bigint NOT NULL,            -- number of claims
    owner               bigint NOT NULL,            -- owners.id of the last claim
    lease_until         timestamptz,                -- a claimed row is in doubt after this time
    hash                bytea NOT NULL,             -- HMAC of the parameters in canonical form
    hash_version        smallint NOT NULL,          -- version of the canonical form
    claimed_at          timestamptz NOT NULL,
    settled_at          timestamptz,                -- time of the result
    settled_by          text,                       -- person who settled a doubt
    result_id           text,                       -- id of the message or campaign
    result_status       text,                       -- its status in the response
    result_created_at   timestamptz,
    error               text,                       -- kind of the error
    http_status         integer,                    -- of an error
    code                text,                       -- the API's code of an error
    request_id          text,
    may_be_second       boolean NOT NULL,           -- sent although an earlier request may have been processed
    possible_duplicate  boolean NOT NULL,           -- two requests were accepted, or may have been
    PRIMARY KEY (ledger, key)
) PARTITION BY HASH (key);

-- Each row is updated once after its claim, so pages have room for that.
DO $$
BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS zexa_ledger.rows_%s PARTITION OF zexa_ledger.rows FOR VALUES WITH (MODULUS 16, REMAINDER %s) WITH (fillfactor = 70)',
            part, part
        );
    END LOOP;
END
$$;

-- Finds the rows in doubt without reading the others.
CREATE INDEX IF NOT EXISTS rows_open ON zexa_ledger.rows (ledger, state, id) WHERE state IN ('claimed', 'unknown');

-- Replaces the rows of a ledger that were accepted longer ago than this by their keys, which are never sent again. Returns their number. `Ledger::prune` of the
-- Rust crate does the same.
CREATE OR REPLACE FUNCTION zexa_ledger.prune(ledger_name text, age interval) RETURNS bigint LANGUAGE sql AS $$
    WITH pruned AS (
        UPDATE zexa_ledger.rows
        SET state = 'pruned', settled_by = NULL, result_id = NULL, result_status = NULL, result_created_at = NULL,
            error = NULL, http_status = NULL, code = NULL, request_id = NULL
        WHERE ledger = (SELECT id FROM zexa_ledger.ledgers WHERE name = ledger_name) AND state = 'accepted' AND settled_at < now() - age
        RETURNING 1
    )
    SELECT count(*) FROM pruned
$$;

INSERT INTO zexa_ledger.migrations (version) VALUES (1) ON CONFLICT DO NOTHING;

-- GRANT USAGE ON SCHEMA zexa_ledger TO shop;
-- GRANT SELECT ON zexa_ledger.migrations TO shop;
-- GRANT SELECT, INSERT, UPDATE ON zexa_ledger.ledgers, zexa_ledger.owners, zexa_ledger.rows TO shop;
-- GRANT USAGE ON SEQUENCE zexa_ledger.row_ids TO shop;
