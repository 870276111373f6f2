-- Finding out why callbacks do not arrive.

ALTER TABLE callbacks
    -- Set for a try of our own: it is stored and read like any other, and touches no payment. A process that does not know the column
    -- takes such a row for a hint about nothing, for it has no subject.
    ADD COLUMN probe_id uuid,
    -- How a probe came in: source, peer, forwarding headers nobody vouches for, scheme.
    ADD COLUMN arrival text,
    -- NOT VALID: no row that is there can break them, and the inbox must not wait while a large table is read through.
    ADD CONSTRAINT callbacks_arrival_check CHECK (length(arrival) <= 500) NOT VALID,
    DROP CONSTRAINT callbacks_verdict_check,
    ADD CONSTRAINT callbacks_verdict_check
        CHECK (verdict IN ('applied', 'duplicate', 'contradiction', 'unmatched', 'malformed', 'hint', 'failed', 'probe')) NOT VALID;

ALTER TABLE access_tokens
    -- A token of ours that was good and was refused all the same: somebody else mints tokens for this app.
    ADD COLUMN refused_at timestamptz,
    ADD COLUMN refusals integer NOT NULL DEFAULT 0;

-- Initiators' credentials that were tried by a balance query: each value once, for repeated wrong passwords lock the account at M-PESA.
CREATE TABLE initiator_tries (
    -- HMAC under a callback secret: nobody can try passwords against it.
    fingerprint bytea PRIMARY KEY CHECK (octet_length(fingerprint) = 32),
    question_id uuid NOT NULL REFERENCES questions,
    -- True for the app that pays, false for the one that is paid where the two differ: the balances of only one are kept.
    of_payouts boolean NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now(),
    -- Why M-PESA never saw it, or what it said at once; null while the question's answer is awaited or tells.
    refusal text CHECK (length(refusal) <= 1000)
);
CREATE INDEX initiator_tries_question ON initiator_tries (question_id);
