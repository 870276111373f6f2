-- A callback that steps aside: still new, and not before a time, so that what cannot be applied now is in nobody's way. Columns without a
-- default cost nothing to add; a process of the version before takes such a row as any other.
ALTER TABLE callbacks
    ADD COLUMN retry_at timestamptz,
    -- The parked callback of the same payment it stepped aside for.
    ADD COLUMN blocked_by uuid;
