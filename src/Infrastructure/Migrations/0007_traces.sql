-- The trace context (W3C traceparent) of the request that made a payment, so that its job, its callback and the questions about it go on
-- with the same trace. Null where nobody recorded it. A column without a default costs nothing to add, and older code leaves it null.
ALTER TABLE attempts ADD COLUMN trace_parent text CHECK (length(trace_parent) <= 100);
ALTER TABLE payouts ADD COLUMN trace_parent text CHECK (length(trace_parent) <= 100);
ALTER TABLE refunds ADD COLUMN trace_parent text CHECK (length(trace_parent) <= 100);
