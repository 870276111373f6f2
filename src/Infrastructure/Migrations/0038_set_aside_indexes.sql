-- without a transaction
-- The inbox's table is the largest there is, and written to all day: its indexes are made beside the writing. An index that a broken try has
-- left behind is not valid and stands in the way: it is dropped first.

-- What waits, vouched for first. callbacks_waiting stays for processes of the version before this one; a later migration drops it.
DROP INDEX CONCURRENTLY IF EXISTS callbacks_fresh;
CREATE INDEX CONCURRENTLY callbacks_fresh ON callbacks ((subject_id IS NULL), id) WHERE state = 'new' AND retry_at IS NULL;

-- What has stepped aside, by when it is tried again.
DROP INDEX CONCURRENTLY IF EXISTS callbacks_set_aside;
CREATE INDEX CONCURRENTLY callbacks_set_aside ON callbacks (retry_at) WHERE state = 'new' AND retry_at IS NOT NULL;

-- Whom a callback that cannot be applied stands behind, and who stands behind it.
DROP INDEX CONCURRENTLY IF EXISTS callbacks_parked;
CREATE INDEX CONCURRENTLY callbacks_parked ON callbacks (subject_id) WHERE state = 'parked' AND blocked_by IS NULL;
DROP INDEX CONCURRENTLY IF EXISTS callbacks_blocked;
CREATE INDEX CONCURRENTLY callbacks_blocked ON callbacks (blocked_by) WHERE blocked_by IS NOT NULL AND state <> 'done';

-- Of before the one above.
DROP INDEX CONCURRENTLY IF EXISTS callbacks_new;
