-- Which of our numbers was paid, how payers are shown, and money to numbers nobody configured.

-- New columns without a default change no row; what the old code writes has none of them.
ALTER TABLE receipts
    -- The number that was paid, as the confirmation names it.
    ADD COLUMN shortcode text,
    ADD CONSTRAINT receipts_shortcode CHECK (length(shortcode) <= 20) NOT VALID;

ALTER TABLE c2b_registrations
    -- The hash this shortcode's messages carry in place of payers' numbers, and how often in a row it was seen: ten make it proof.
    ADD COLUMN payer_hash text CHECK (payer_hash IN ('msisdn', 'plus_msisdn', 'local', 'national')),
    ADD COLUMN payer_hash_seen integer NOT NULL DEFAULT 0 CHECK (payer_hash_seen >= 0 AND (payer_hash_seen = 0) = (payer_hash IS NULL));

-- One open question for each number that was paid and is not configured, however often it is paid.
ALTER TABLE cases
    ADD COLUMN shortcode text,
    ADD CONSTRAINT cases_shortcode_length CHECK (length(shortcode) <= 20) NOT VALID;
CREATE UNIQUE INDEX cases_shortcode ON cases (shortcode) WHERE status = 'open' AND shortcode IS NOT NULL;
