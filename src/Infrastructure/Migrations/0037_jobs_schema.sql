-- Which schema Hangfire's tables are in: chosen once by the first process of this version, read by all others.
CREATE TABLE jobs_schema (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    name text NOT NULL CHECK (name IN ('payments_hangfire', 'hangfire', 'payments')),
    -- The first start of this version here, whatever is chosen later.
    chosen_at timestamptz NOT NULL DEFAULT now()
);
