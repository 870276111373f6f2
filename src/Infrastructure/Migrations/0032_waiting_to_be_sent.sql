-- Not sent is not failed: what was kept here before a byte left stays queued, says what it waits for, and can be taken back.

ALTER TABLE payouts
    ADD COLUMN waiting_for text,
    ADD COLUMN retry_at timestamptz,
    -- A case has said that it waits.
    ADD COLUMN wait_told boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT payouts_waiting CHECK (waiting_for IN ('certificate', 'access_token', 'connection', 'pause', 'restored')) NOT VALID,
    -- Only what is queued, or was cancelled while it was, has never been sent. A cancelled one is a failed one: whatever counts what may still
    -- move leaves it out, processes of the version before included.
    DROP CONSTRAINT payouts_check1,
    ADD CONSTRAINT payouts_sending CHECK (
        (sending_at IS NULL) = (status = 'queued' OR (status = 'failed' AND failure_code = 'cancelled'))) NOT VALID;

ALTER TABLE refunds
    ADD COLUMN waiting_for text,
    ADD COLUMN retry_at timestamptz,
    ADD COLUMN wait_told boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT refunds_waiting CHECK (waiting_for IN ('certificate', 'access_token', 'connection', 'pause', 'restored')) NOT VALID,
    DROP CONSTRAINT refunds_check1,
    ADD CONSTRAINT refunds_sending CHECK (
        (sending_at IS NULL) = (status = 'queued' OR (status = 'failed' AND failure_code = 'cancelled'))) NOT VALID;
