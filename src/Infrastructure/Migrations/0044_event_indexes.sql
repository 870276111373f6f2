-- without a transaction
-- Made beside the writing; what a broken try has left behind is not valid and stands in the way.

-- What events told of a thing is erased with it.
DROP INDEX CONCURRENTLY IF EXISTS events_subject;
CREATE INDEX CONCURRENTLY events_subject ON events (subject_id);
