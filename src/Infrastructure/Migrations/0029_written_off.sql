-- What nobody can give back is written off, with a reason; its personal data then ends as that of anything settled.
ALTER TABLE receipts
    -- Cents; never more than is left to settle, so that a refund or a payment that uses the money takes it back.
    ADD COLUMN written_off bigint NOT NULL DEFAULT 0,
    ADD COLUMN written_off_by text,
    ADD COLUMN written_off_at timestamptz,
    -- The operator's words, kept for good: no names or numbers are to be in them.
    ADD COLUMN written_off_reason text,
    ADD CONSTRAINT receipts_written_off CHECK (written_off BETWEEN 0 AND amount) NOT VALID,
    ADD CONSTRAINT receipts_written_off_text CHECK (length(written_off_by) <= 100 AND length(written_off_reason) <= 200) NOT VALID;

-- What may have to be settled: money without an order, surplus, and what is held. Few at any time, and none of them an ordinary payment.
CREATE INDEX receipts_to_settle ON receipts (id)
    WHERE checkout_id IS NULL OR surplus > 0 OR (applied = 0 AND surplus_due_at IS NULL);
