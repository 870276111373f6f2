-- Money given back pays for nothing. Where a refund takes its amount from decides what becomes of it when it fails: 'counted', of what pays
-- for a paid order or is surplus, which stays so; 'unpaid', of what paid for an order that was not paid, which stopped counting; 'nowhere',
-- of money that counted as nothing. A process of before this version writes 'counted', and what it gives back of an unpaid order goes on
-- counting there, as it did.
ALTER TABLE refunds
    ADD COLUMN taken_from text NOT NULL DEFAULT 'counted',
    ADD CONSTRAINT refunds_taken_from CHECK (taken_from IN ('counted', 'unpaid', 'nowhere')) NOT VALID;

-- What was given back before this version. Checkouts first, as everywhere; those that are not paid and gave something back are few.
SELECT id FROM checkouts
WHERE status IN ('open', 'pending', 'failed', 'expired')
  AND id IN (SELECT r.checkout_id FROM refunds f JOIN receipts r ON r.id = f.receipt_id WHERE f.status <> 'failed')
ORDER BY id
FOR UPDATE;

UPDATE refunds f
SET taken_from = CASE WHEN r.applied + r.surplus = 0 THEN 'nowhere' ELSE 'unpaid' END
FROM receipts r LEFT JOIN checkouts c ON c.id = r.checkout_id
WHERE r.id = f.receipt_id AND f.status <> 'failed'
  AND (r.applied + r.surplus = 0 OR (r.applied > 0 AND c.status IN ('open', 'pending', 'failed', 'expired')));

UPDATE receipts r
SET applied = greatest(0, r.applied - back.amount)
FROM (SELECT receipt_id, sum(amount)::bigint AS amount FROM refunds WHERE taken_from = 'unpaid' AND status <> 'failed' GROUP BY receipt_id) back
WHERE back.receipt_id = r.id;

UPDATE checkouts c
SET paid = (SELECT coalesce(sum(r.applied), 0) FROM receipts r WHERE r.checkout_id = c.id), version = c.version + 1, updated_at = now(), erased_at = NULL
WHERE c.status IN ('open', 'pending', 'failed', 'expired')
  AND c.id IN (SELECT r.checkout_id FROM refunds f JOIN receipts r ON r.id = f.receipt_id WHERE f.taken_from = 'unpaid' AND f.status <> 'failed');
