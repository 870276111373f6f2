-- What belongs into the answer to a repeated request and stands in no row: why no prompt went out.
ALTER TABLE idempotency_keys ADD COLUMN intent_note text;
