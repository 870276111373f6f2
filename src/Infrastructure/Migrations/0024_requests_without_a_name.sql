-- B2C v1 takes no OriginatorConversationID of ours: what was sent by it has none until Safaricom tells its own. Only that part of the CHECKs goes;
-- NOT VALID, for rows of before satisfy them. A process of the version before writes a name and reads rows without one as it reads B2B's.
ALTER TABLE payouts
    DROP CONSTRAINT payouts_method,
    ADD CONSTRAINT payouts_method CHECK (CASE WHEN method = 'mpesa'
        THEN (recipient ~ '^254[17][0-9]{8}$') IS NOT FALSE AND amount >= 1000 AND account IS NULL
        ELSE recipient ~ '^[0-9]{5,7}$' AND (method = 'paybill' OR account IS NULL) END) NOT VALID;

ALTER TABLE refunds
    DROP CONSTRAINT refunds_method,
    ADD CONSTRAINT refunds_method CHECK (
        method = 'reversal' OR (amount % 100 = 0 AND amount BETWEEN 1000 AND 25000000)) NOT VALID;
