-- "I have paid": M-PESA codes that customers gave for a checkout. A claim moves no money; where its number is not known yet it waits for it, and Safaricom
-- is asked. Deleted after Retention__HintsDays.
CREATE TABLE receipt_claims (
    id uuid PRIMARY KEY,
    checkout_id uuid NOT NULL REFERENCES checkouts,
    code text NOT NULL CHECK (code ~ '^[A-Z0-9]{10}$'),
    -- Given last.
    at timestamptz NOT NULL,
    answer text NOT NULL CHECK (answer IN ('yours', 'already_used', 'asking', 'does_not_agree')),
    -- True once it has made a case: one in a checkout's life.
    has_case boolean NOT NULL DEFAULT false,
    -- How often, and when last, Safaricom was asked about it.
    questions integer NOT NULL DEFAULT 0 CHECK (questions >= 0),
    asked_at timestamptz,
    CONSTRAINT receipt_claims_code UNIQUE (checkout_id, code)
);
-- Those whose money may still come: few, and every confirmation looks for one.
CREATE INDEX receipt_claims_waiting ON receipt_claims (code) WHERE answer = 'asking';
CREATE INDEX receipt_claims_unasked ON receipt_claims (at) WHERE answer = 'asking' AND questions = 0;
CREATE INDEX receipt_claims_asked ON receipt_claims (code, asked_at) WHERE asked_at IS NOT NULL;
CREATE INDEX receipt_claims_at ON receipt_claims (at);
