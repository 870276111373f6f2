-- The code of a refusal that may mean it has happened already: kept while the transfer is in doubt because of it.
ALTER TABLE payouts ADD COLUMN refused_with text CHECK (length(refused_with) <= 100);
ALTER TABLE refunds ADD COLUMN refused_with text CHECK (length(refused_with) <= 100);

-- 4 KiB of values may be six times as long as JSON, where they are control characters.
ALTER TABLE checkouts DROP CONSTRAINT checkouts_metadata_check, ADD CONSTRAINT checkouts_metadata_check CHECK (octet_length(metadata) <= 32768) NOT VALID;

-- The number an untrusted confirmation names, so that its case closes when the money is known to be true.
ALTER TABLE cases ADD COLUMN receipt text CHECK (length(receipt) <= 100);
CREATE INDEX cases_receipt ON cases (receipt) WHERE receipt IS NOT NULL AND status = 'open';
