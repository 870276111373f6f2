-- Keys of clients. What is stored is a hash: whoever reads this table can call nothing.
CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    client text NOT NULL CHECK (length(client) BETWEEN 1 AND 100),
    -- SHA-256 of 256 random bits: nothing to guess, so nothing slower is needed, and it can be looked up by equality.
    hash bytea NOT NULL CONSTRAINT api_keys_hash UNIQUE CHECK (octet_length(hash) = 32),
    -- The last characters of the key, for telling keys apart.
    ending text NOT NULL CHECK (length(ending) = 4),
    scopes text[] NOT NULL CHECK (cardinality(scopes) >= 1 AND scopes <@ ARRAY['checkouts', 'payouts', 'ops']),
    -- Rotation makes a new key of the same family: a daily ceiling is the family's, or rotating would reset it.
    family uuid NOT NULL,
    -- Cents; null: no ceiling of our own.
    payout_limit bigint CHECK (payout_limit > 0),
    daily_payout_limit bigint CHECK (daily_payout_limit > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz
);
CREATE INDEX api_keys_client ON api_keys (client, created_at);

-- What a family of keys asked to be paid out on a day of Nairobi's calendar, in cents.
CREATE TABLE payout_allowances (
    family uuid NOT NULL,
    day date NOT NULL,
    asked bigint NOT NULL CHECK (asked > 0),
    PRIMARY KEY (family, day)
);

-- Who did what, with before and after. Rows are only ever added; the database itself holds to that.
CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL CHECK (length(actor) BETWEEN 1 AND 200),
    action text NOT NULL CHECK (action ~ '^[a-z_.]{1,60}$'),
    subject text NOT NULL CHECK (length(subject) <= 200),
    before text,
    after text
);
CREATE INDEX audit_log_subject ON audit_log (subject, id);

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit log is append-only.' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

-- Failed sign-ins, by operator and by operator and address; every API process counts in the same row.
CREATE TABLE sign_in_failures (
    subject text PRIMARY KEY CHECK (length(subject) <= 300),
    failures integer NOT NULL CHECK (failures >= 1),
    last_at timestamptz NOT NULL,
    locked_until timestamptz
);
