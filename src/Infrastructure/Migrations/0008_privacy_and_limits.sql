-- Personal data goes when its time is over; money, numbers and times stay. What is still undecided keeps what is needed to decide it: the
-- statements that erase look for that, and the CHECKs refuse the worst of it. NOT VALID: rows of before satisfy them, and a look at each
-- would lock the tables for as long.

-- Erased rows leave the work lists below; whoever changes an erased checkout puts it back on its list.
ALTER TABLE checkouts
    ADD COLUMN erased_at timestamptz,
    ADD CONSTRAINT checkouts_erased CHECK (
        erased_at IS NULL OR (phone IS NULL AND description IS NULL AND return_url IS NULL AND metadata = '{}')) NOT VALID;
CREATE INDEX checkouts_erasable ON checkouts (ended_at) WHERE ended_at IS NOT NULL AND erased_at IS NULL;

ALTER TABLE attempts
    ALTER COLUMN phone DROP NOT NULL,
    ADD CONSTRAINT attempts_erased CHECK (phone IS NOT NULL OR (status IN ('succeeded', 'failed') AND next_question_at IS NULL)) NOT VALID;

ALTER TABLE receipts
    ADD COLUMN erased_at timestamptz,
    ADD CONSTRAINT receipts_erased CHECK (
        erased_at IS NULL OR (payer IS NULL AND payer_name IS NULL AND account = '')) NOT VALID;

ALTER TABLE payouts
    ADD COLUMN erased_at timestamptz,
    ALTER COLUMN recipient DROP NOT NULL,
    ALTER COLUMN remarks DROP NOT NULL,
    DROP CONSTRAINT payouts_check,
    ADD CONSTRAINT payouts_method CHECK (CASE WHEN method = 'mpesa'
        THEN (recipient ~ '^254[17][0-9]{8}$') IS NOT FALSE AND amount >= 1000 AND account IS NULL AND originator_id IS NOT NULL
        ELSE recipient ~ '^[0-9]{5,7}$' AND (method = 'paybill' OR account IS NULL) END) NOT VALID,
    -- Only what is settled may lack them, and nothing else lacks them.
    ADD CONSTRAINT payouts_erased CHECK (CASE WHEN erased_at IS NULL
        THEN recipient IS NOT NULL AND remarks IS NOT NULL AND (account IS NOT NULL) = (method = 'paybill')
        ELSE status IN ('completed', 'failed') END) NOT VALID;
CREATE INDEX payouts_erasable ON payouts (ended_at) WHERE ended_at IS NOT NULL AND erased_at IS NULL;

ALTER TABLE refunds
    ADD COLUMN erased_at timestamptz,
    ALTER COLUMN reason DROP NOT NULL,
    DROP CONSTRAINT refunds_check,
    ADD CONSTRAINT refunds_method CHECK (
        method = 'reversal' OR (originator_id IS NOT NULL AND amount % 100 = 0 AND amount BETWEEN 1000 AND 25000000)) NOT VALID,
    ADD CONSTRAINT refunds_erased CHECK (CASE WHEN erased_at IS NULL
        THEN reason IS NOT NULL AND (method = 'reversal' OR recipient IS NOT NULL)
        ELSE status IN ('completed', 'failed') END) NOT VALID;
CREATE INDEX refunds_erasable ON refunds (ended_at) WHERE ended_at IS NOT NULL AND erased_at IS NULL;

ALTER TABLE cases
    ADD COLUMN erased_at timestamptz,
    ADD CONSTRAINT cases_erased CHECK (erased_at IS NULL OR status = 'settled') NOT VALID;
CREATE INDEX cases_erasable ON cases (settled_at) WHERE settled_at IS NOT NULL AND erased_at IS NULL;

-- An erased body is empty, not null: a process of before reads it as a malformed one, which changes nothing.
ALTER TABLE callbacks
    ADD COLUMN erased_at timestamptz,
    ADD CONSTRAINT callbacks_erased CHECK (
        erased_at IS NULL OR (state = 'done' AND body = '' AND source IS NULL AND trace_parent IS NULL AND content_type IS NULL)) NOT VALID;
-- Written when a row is done, not when it comes in: nobody waits for it.
CREATE INDEX callbacks_erasable ON callbacks (done_at) WHERE state = 'done' AND erased_at IS NULL AND subject_id IS NOT NULL;
-- Callbacks nobody vouches for; the most of them go whole, and sooner.
CREATE INDEX callbacks_hints ON callbacks (done_at) WHERE state = 'done' AND subject_id IS NULL;

-- What waits, vouched for first: a flood without tokens stands behind every callback that has one. callbacks_new stays for processes of
-- the version before this one; a later migration drops it.
CREATE INDEX callbacks_waiting ON callbacks ((subject_id IS NULL), id) WHERE state = 'new';

-- What came without a valid token, by hour and source (the last 100 sources an hour and process, the rest under ''): what the disk budget
-- is counted by, and what an operator sees of a flood.
CREATE TABLE untrusted_intake (
    hour timestamptz NOT NULL,
    source text NOT NULL CHECK (length(source) <= 64),
    stored bigint NOT NULL DEFAULT 0 CHECK (stored >= 0),
    bytes bigint NOT NULL DEFAULT 0 CHECK (bytes >= 0),
    refused bigint NOT NULL DEFAULT 0 CHECK (refused >= 0),
    PRIMARY KEY (hour, source)
);

-- When each callback secret last signed, so that one taken out of the configuration too early is noticed at start. The id is no secret: it
-- is the first eight hex digits of its SHA-256, as tokens carry it.
CREATE TABLE signing_keys (
    key_id text PRIMARY KEY CHECK (key_id ~ '^[0-9a-f]{8}$'),
    first_signed_at timestamptz NOT NULL DEFAULT now(),
    last_signed_at timestamptz NOT NULL DEFAULT now()
);
