-- Paybill: money customers send by hand, and the registration that makes Safaricom tell of it.

-- One registration for each shortcode, for good: production registers once. The token is committed before Safaricom hears of it and
-- used again at every try, so that a lost reply leaves no URL that nobody knows.
CREATE TABLE c2b_registrations (
    id uuid PRIMARY KEY,
    shortcode text NOT NULL CONSTRAINT c2b_registrations_shortcode UNIQUE CHECK (length(shortcode) BETWEEN 1 AND 20),
    token text NOT NULL UNIQUE CHECK (token ~ '^[0-9a-f]{32}$'),
    state text NOT NULL CHECK (state IN ('calling', 'registered', 'refused', 'in_doubt')),
    -- What Safaricom was last asked to register, and whether it did.
    version text NOT NULL CHECK (version IN ('v1', 'v2')),
    response_type text NOT NULL CHECK (response_type IN ('Completed', 'Cancelled')),
    confirmation_url text NOT NULL CHECK (length(confirmation_url) <= 2000),
    validation_url text NOT NULL CHECK (length(validation_url) <= 2000),
    detail text CHECK (length(detail) <= 1000),
    created_at timestamptz NOT NULL DEFAULT now(),
    asked_at timestamptz NOT NULL DEFAULT now(),
    registered_at timestamptz,
    CHECK (state <> 'registered' OR registered_at IS NOT NULL)
);

-- How far the Pull API has been read, so that a round begins where the last whole one ended.
CREATE TABLE pull_progress (
    shortcode text PRIMARY KEY,
    read_until timestamptz NOT NULL,
    read_at timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE callbacks
    -- SHA-256 of a registration token this process could not check when the callback came; the drain does.
    ADD COLUMN token_hash bytea CHECK (octet_length(token_hash) = 32),
    -- What Safaricom was answered, where the answer says something: a validation's.
    ADD COLUMN answer text CHECK (length(answer) <= 100);

ALTER TABLE receipts
    -- True when it was joined to its push by comparison (R7), not by the push's own callback.
    ADD COLUMN inferred boolean NOT NULL DEFAULT false CHECK (NOT inferred OR attempt_id IS NOT NULL),
    -- Who put it to its checkout by hand, for whoever asks later.
    ADD COLUMN matched_by text CHECK (length(matched_by) <= 100),
    ADD COLUMN matched_at timestamptz,
    ADD CHECK ((matched_by IS NULL) = (matched_at IS NULL)),
    -- Checked at the end of each statement: two receipts may trade their pushes in one.
    DROP CONSTRAINT receipts_attempt,
    ADD CONSTRAINT receipts_attempt UNIQUE (attempt_id) DEFERRABLE INITIALLY IMMEDIATE;

-- Successes only a query knows, which wait for their number: few, and every till payment looks for one.
CREATE INDEX receipts_nameless ON receipts (amount) WHERE receipt IS NULL;
