-- Amounts are cents of Kenya shillings. Times are PostgreSQL's. Every CHECK refuses a row that the rules cannot make.

-- What this database belongs to: a sandbox must never be pointed at production's rows (docs/operations.md).
CREATE TABLE deployment (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    environment text NOT NULL,
    shortcode text NOT NULL,
    stamped_at timestamptz NOT NULL DEFAULT now()
);

-- One token per Daraja app for all replicas; a new one kills the old, so one process at a time holds the lease and fetches.
CREATE TABLE access_tokens (
    app text PRIMARY KEY,
    token text,
    expires_at timestamptz,
    fetched_at timestamptz,
    lease uuid,
    leased_until timestamptz
);

CREATE TABLE checkouts (
    id uuid PRIMARY KEY,
    client text NOT NULL CHECK (length(client) BETWEEN 1 AND 100),
    order_reference text NOT NULL CHECK (length(order_reference) BETWEEN 1 AND 12),
    reference_key text NOT NULL CONSTRAINT checkouts_reference_key UNIQUE CHECK (reference_key ~ '^[A-Z0-9]{1,12}$'),
    amount bigint NOT NULL CHECK (amount BETWEEN 100 AND 25000000 AND amount % 100 = 0),
    paid bigint NOT NULL DEFAULT 0 CHECK (paid BETWEEN 0 AND amount),
    description text CHECK (length(description) <= 100),
    phone text CHECK (phone ~ '^254[17][0-9]{8}$'),
    return_url text CHECK (length(return_url) <= 2000),
    metadata text NOT NULL DEFAULT '{}' CHECK (octet_length(metadata) <= 8192),
    status text NOT NULL CHECK (status IN ('open', 'pending', 'paid', 'failed', 'expired', 'cancelled')),
    version integer NOT NULL CHECK (version >= 1),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    ended_at timestamptz,
    CHECK ((status = 'paid') = (paid = amount)),
    CHECK ((status IN ('paid', 'expired', 'cancelled')) = (ended_at IS NOT NULL)),
    CHECK (status <> 'cancelled' OR paid = 0)
);
-- The list is newest first, per client.
CREATE INDEX checkouts_client_created ON checkouts (client, created_at DESC, id DESC);
-- Only those that can still expire: the sweep reads nothing else.
CREATE INDEX checkouts_expiring ON checkouts (expires_at) WHERE status IN ('open', 'pending', 'failed');

CREATE TABLE attempts (
    id uuid PRIMARY KEY,
    checkout_id uuid NOT NULL REFERENCES checkouts,
    phone text NOT NULL CHECK (phone ~ '^254[17][0-9]{8}$'),
    amount bigint NOT NULL CHECK (amount BETWEEN 100 AND 25000000 AND amount % 100 = 0),
    status text NOT NULL CHECK (status IN ('sending', 'sent', 'unknown', 'succeeded', 'failed')),
    request_id text CHECK (length(request_id) <= 100),
    other_id text CHECK (length(other_id) <= 100),
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    settled_by text,
    failure_code text,
    failure_result_code text,
    failure_message text,
    failure_provider_text text,
    failure_retryable boolean,
    failure_retry_after integer,
    reported_failure_code text,
    reported_result_code text,
    reported_amount bigint,
    reported_receipt text,
    questions integer NOT NULL DEFAULT 0,
    next_question_at timestamptz,
    asked_at timestamptz,
    last_answer text CHECK (length(last_answer) <= 1000),
    CHECK ((status IN ('succeeded', 'failed')) = (ended_at IS NOT NULL)),
    CHECK ((status = 'failed') = (failure_code IS NOT NULL)),
    -- A failed one may still be asked about: something that came later may be a success (R4).
    CHECK (status <> 'succeeded' OR next_question_at IS NULL)
);
CREATE INDEX attempts_checkout ON attempts (checkout_id);
-- A hint names an attempt only by Safaricom's id, and only one that is still open can use it.
CREATE INDEX attempts_request ON attempts (request_id) WHERE next_question_at IS NOT NULL;
-- The reconciler's work list.
CREATE INDEX attempts_due ON attempts (next_question_at) WHERE next_question_at IS NOT NULL;
-- Three prompts per number in ten minutes, over all checkouts.
CREATE INDEX attempts_phone_started ON attempts (phone, started_at);

CREATE TABLE receipts (
    id uuid PRIMARY KEY,
    receipt text CONSTRAINT receipts_receipt UNIQUE CHECK (receipt ~ '^[A-Z0-9]{1,20}$'),
    checkout_id uuid REFERENCES checkouts,
    attempt_id uuid CONSTRAINT receipts_attempt UNIQUE REFERENCES attempts,
    amount bigint NOT NULL CHECK (amount > 0),
    applied bigint NOT NULL DEFAULT 0 CHECK (applied >= 0),
    surplus bigint NOT NULL DEFAULT 0 CHECK (surplus >= 0),
    surplus_due_at timestamptz,
    method text NOT NULL CHECK (method IN ('stk', 'paybill', 'till')),
    settled_by text NOT NULL CHECK (settled_by IN ('callback', 'stk_query', 'confirmation', 'status_query', 'pull', 'operator')),
    account text NOT NULL DEFAULT '' CHECK (length(account) <= 100),
    payer text CHECK (length(payer) <= 100),
    payer_name text CHECK (length(payer_name) <= 200),
    at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    late boolean NOT NULL DEFAULT false,
    CHECK (applied + surplus <= amount),
    CHECK (checkout_id IS NOT NULL OR (applied = 0 AND surplus = 0)),
    CHECK (receipt IS NOT NULL OR attempt_id IS NOT NULL)
);
CREATE INDEX receipts_checkout ON receipts (checkout_id);
CREATE INDEX receipts_surplus_due ON receipts (surplus_due_at) WHERE surplus_due_at IS NOT NULL;
CREATE INDEX receipts_unmatched ON receipts (created_at) WHERE checkout_id IS NULL;

-- What a shop is told. `id` is drawn under the lock of the row it tells of, so within one payment it never runs backwards;
-- `position` is given out later, to committed rows only, by one reader at a time: the feed's order skips nobody.
CREATE TABLE events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    position bigint,
    client text NOT NULL,
    type text NOT NULL,
    subject_id uuid NOT NULL,
    data text NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX events_position ON events (position) WHERE position IS NOT NULL;
CREATE INDEX events_unplaced ON events (id) WHERE position IS NULL;
CREATE SEQUENCE event_positions;

CREATE TABLE cases (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    checkout_id uuid REFERENCES checkouts,
    client text,
    story text NOT NULL,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'settled')),
    outcome text,
    reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    CHECK ((status = 'settled') = (settled_at IS NOT NULL))
);
-- One open question per thing and kind, however often it is met.
CREATE UNIQUE INDEX cases_open ON cases (kind, subject_id) WHERE status = 'open';
CREATE INDEX cases_created ON cases (created_at DESC, id DESC);

-- The inbox: bytes as received (a jsonb column would refuse the malformed body and lose the evidence).
CREATE TABLE callbacks (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    -- What the URL's token was made for; null without a valid token, and then the callback is a hint (R3).
    subject_id uuid,
    state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'done', 'parked')),
    verdict text CHECK (verdict IN ('applied', 'duplicate', 'contradiction', 'unmatched', 'malformed', 'hint', 'failed')),
    detail text CHECK (length(detail) <= 1000),
    source text,
    content_type text CHECK (length(content_type) <= 200),
    trace_parent text CHECK (length(trace_parent) <= 100),
    body bytea NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    done_at timestamptz,
    CHECK ((state = 'done') = (done_at IS NOT NULL)),
    CHECK (state <> 'done' OR verdict IS NOT NULL)
);
CREATE INDEX callbacks_new ON callbacks (id) WHERE state = 'new';
-- Rows arrive in the order of time: a block range index finds a day without costing the insert anything.
CREATE INDEX callbacks_received ON callbacks USING brin (received_at);
