-- The transaction that creates an order also inserts its message. A row without an outcome is still to be sent.
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    phone text NOT NULL,
    body text NOT NULL,
    due timestamptz NOT NULL DEFAULT now(),
    outcome text,
    message_id text
);
CREATE INDEX outbox_due ON outbox (due) WHERE outcome IS NULL;
