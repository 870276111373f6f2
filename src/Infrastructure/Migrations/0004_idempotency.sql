-- Keys of requests (Idempotency-Key). A row is committed in the transaction of the intent its request made, so neither exists alone.
CREATE TABLE idempotency_keys (
    -- 'client/{name}', or 'checkout/{id}' for the holder of a clientSecret: keys of different owners never meet.
    owner text NOT NULL CHECK (length(owner) BETWEEN 1 AND 150),
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    -- SHA-256 over method, address and body; the body itself is not kept.
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    -- What the answer is rebuilt from when the process died before storing it.
    intent_kind text CHECK (length(intent_kind) <= 50),
    intent_id uuid,
    status integer CHECK (status BETWEEN 200 AND 299),
    -- Without secrets: a clientSecret is taken out before and put back on replay.
    answer text,
    -- Until then the first request is believed to be at work; it is cut short when it ends.
    running_until timestamptz NOT NULL,
    keep_for_ever boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (owner, key),
    CHECK ((intent_kind IS NULL) = (intent_id IS NULL)),
    CHECK (answer IS NULL OR status IS NOT NULL)
);
-- The cleaner's work list: rows to go, and rows that stay but whose answers go.
CREATE INDEX idempotency_keys_old ON idempotency_keys (created_at) WHERE NOT keep_for_ever OR answer IS NOT NULL;
