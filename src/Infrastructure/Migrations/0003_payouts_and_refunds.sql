-- Money on its way out. Amounts are cents; a payout is whole shillings, a reversal repeats its receipt to the cent.

CREATE TABLE payouts (
    id uuid PRIMARY KEY,
    client text NOT NULL CHECK (length(client) BETWEEN 1 AND 100),
    reference text NOT NULL CHECK (length(reference) BETWEEN 1 AND 100),
    method text NOT NULL CHECK (method IN ('mpesa', 'paybill', 'till')),
    recipient text NOT NULL,
    account text CHECK (length(account) BETWEEN 1 AND 13),
    amount bigint NOT NULL CHECK (amount BETWEEN 100 AND 25000000 AND amount % 100 = 0),
    reason text NOT NULL CHECK (reason IN ('business', 'salary', 'promotion')),
    remarks text NOT NULL CHECK (length(remarks) BETWEEN 2 AND 100),
    status text NOT NULL CHECK (status IN ('queued', 'sending', 'sent', 'in_doubt', 'completed', 'failed')),
    conversation_id text CHECK (length(conversation_id) <= 100),
    -- Ours from the start for B2C v3: what it is asked by when its reply was lost.
    originator_id text CHECK (length(originator_id) <= 100),
    -- A trusted callback spoke of it: it was accepted, whatever the reply says.
    heard boolean NOT NULL DEFAULT false,
    receipt text CHECK (receipt ~ '^[A-Z0-9]{1,20}$'),
    settled_by text CHECK (settled_by IN ('callback', 'status_query', 'operator')),
    failure_code text,
    failure_result_code text,
    failure_message text,
    failure_provider_text text,
    failure_retryable boolean,
    failure_retry_after integer,
    questions integer NOT NULL DEFAULT 0,
    next_question_at timestamptz,
    asked_at timestamptz,
    last_answer text CHECK (length(last_answer) <= 1000),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    -- When its job was last enqueued: a queued row whose job was lost is found by it.
    enqueued_at timestamptz NOT NULL,
    sending_at timestamptz,
    ended_at timestamptz,
    CONSTRAINT payouts_reference UNIQUE (client, reference),
    CHECK (CASE WHEN method = 'mpesa'
        THEN recipient ~ '^254[17][0-9]{8}$' AND amount >= 1000 AND account IS NULL AND originator_id IS NOT NULL
        ELSE recipient ~ '^[0-9]{5,7}$' AND (account IS NOT NULL) = (method = 'paybill') END),
    CHECK ((status = 'queued') = (sending_at IS NULL)),
    CHECK ((status IN ('completed', 'failed')) = (ended_at IS NOT NULL)),
    CHECK ((status = 'failed') = (failure_code IS NOT NULL)),
    CHECK (status NOT IN ('queued', 'completed', 'failed') OR next_question_at IS NULL)
);
-- The list is newest first, per client.
CREATE INDEX payouts_client_created ON payouts (client, created_at DESC, id DESC);
CREATE INDEX payouts_created ON payouts (created_at DESC, id DESC);
-- The reconciler's work list, and the sweep's.
CREATE INDEX payouts_due ON payouts (next_question_at) WHERE next_question_at IS NOT NULL;
CREATE INDEX payouts_queued ON payouts (enqueued_at) WHERE status = 'queued';
-- A hint names a payout only by an id, and only an open one can use it.
CREATE INDEX payouts_originator ON payouts (originator_id) WHERE next_question_at IS NOT NULL;
CREATE INDEX payouts_conversation ON payouts (conversation_id) WHERE next_question_at IS NOT NULL;

CREATE TABLE refunds (
    id uuid PRIMARY KEY,
    client text NOT NULL CHECK (length(client) BETWEEN 1 AND 100),
    checkout_id uuid REFERENCES checkouts,
    receipt_id uuid NOT NULL REFERENCES receipts,
    original_receipt text NOT NULL CHECK (original_receipt ~ '^[A-Z0-9]{1,20}$'),
    order_reference text,
    method text NOT NULL CHECK (method IN ('reversal', 'b2c')),
    recipient text CHECK (recipient ~ '^254[17][0-9]{8}$'),
    amount bigint NOT NULL CHECK (amount > 0),
    reason text NOT NULL CHECK (length(reason) BETWEEN 2 AND 100),
    of_surplus boolean NOT NULL,
    status text NOT NULL CHECK (status IN ('queued', 'sending', 'sent', 'in_doubt', 'completed', 'failed')),
    conversation_id text CHECK (length(conversation_id) <= 100),
    originator_id text CHECK (length(originator_id) <= 100),
    heard boolean NOT NULL DEFAULT false,
    receipt text CHECK (receipt ~ '^[A-Z0-9]{1,20}$'),
    settled_by text CHECK (settled_by IN ('callback', 'status_query', 'operator')),
    failure_code text,
    failure_result_code text,
    failure_message text,
    failure_provider_text text,
    failure_retryable boolean,
    failure_retry_after integer,
    questions integer NOT NULL DEFAULT 0,
    next_question_at timestamptz,
    asked_at timestamptz,
    last_answer text CHECK (length(last_answer) <= 1000),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    enqueued_at timestamptz NOT NULL,
    sending_at timestamptz,
    ended_at timestamptz,
    CHECK (method = 'reversal' OR (recipient IS NOT NULL AND originator_id IS NOT NULL AND amount % 100 = 0 AND amount BETWEEN 1000 AND 25000000)),
    CHECK ((status = 'queued') = (sending_at IS NULL)),
    CHECK ((status IN ('completed', 'failed')) = (ended_at IS NOT NULL)),
    CHECK ((status = 'failed') = (failure_code IS NOT NULL)),
    CHECK (status NOT IN ('queued', 'completed', 'failed') OR next_question_at IS NULL)
);
-- What of a receipt is reserved.
CREATE INDEX refunds_receipt ON refunds (receipt_id);
CREATE INDEX refunds_client_created ON refunds (client, created_at DESC, id DESC);
CREATE INDEX refunds_created ON refunds (created_at DESC, id DESC);
CREATE INDEX refunds_due ON refunds (next_question_at) WHERE next_question_at IS NOT NULL;
CREATE INDEX refunds_queued ON refunds (enqueued_at) WHERE status = 'queued';
CREATE INDEX refunds_originator ON refunds (originator_id) WHERE next_question_at IS NOT NULL;
CREATE INDEX refunds_conversation ON refunds (conversation_id) WHERE next_question_at IS NOT NULL;

-- What Safaricom was asked; the answer comes by callback to the question's own token.
CREATE TABLE questions (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('status', 'balance')),
    -- The payout or refund a status question is about.
    subject_id uuid,
    conversation_id text CHECK (length(conversation_id) <= 100),
    originator_id text CHECK (length(originator_id) <= 100),
    asked_at timestamptz NOT NULL DEFAULT now(),
    answered_at timestamptz,
    answer text CHECK (length(answer) <= 1000),
    CHECK ((kind = 'status') = (subject_id IS NOT NULL))
);
CREATE INDEX questions_subject ON questions (subject_id);
CREATE INDEX questions_balance ON questions (asked_at DESC) WHERE kind = 'balance';

-- The last that was heard of each account of the paying shortcode.
CREATE TABLE balances (
    name text PRIMARY KEY CHECK (length(name) <= 100),
    available bigint NOT NULL,
    at timestamptz NOT NULL
);

-- Who settled a case: the client of the key.
ALTER TABLE cases ADD COLUMN settled_by text;
