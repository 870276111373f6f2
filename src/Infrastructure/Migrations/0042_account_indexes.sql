-- without a transaction
-- Made beside the writing; what a broken try has left behind is not valid and stands in the way.

-- A reference is unique for ever within its client. Nothing that is there can be twice: until now it was unique over all of them.
DROP INDEX CONCURRENTLY IF EXISTS checkouts_client_reference;
CREATE UNIQUE INDEX CONCURRENTLY checkouts_client_reference
    ON checkouts ((CASE WHEN account_is_reference THEN reference_key ELSE client_reference_key END), client);

-- A platform's ids are found, newest first.
DROP INDEX CONCURRENTLY IF EXISTS checkouts_external;
CREATE INDEX CONCURRENTLY checkouts_external ON checkouts (external_id, client, created_at DESC, id DESC) WHERE external_id IS NOT NULL;
