-- A registration's token can be renewed. The one in force stays where it is; here are the one to come, from before Safaricom hears of it
-- until it has taken it, and those that were in force before: a confirmation that came with one of them counts if it came in its time.
CREATE TABLE c2b_other_registrations (
    id uuid PRIMARY KEY,
    shortcode text NOT NULL CHECK (length(shortcode) BETWEEN 1 AND 20),
    token text NOT NULL UNIQUE CHECK (token ~ '^[0-9a-f]{32}$'),
    state text NOT NULL CHECK (state IN ('calling', 'refused', 'in_doubt', 'replaced')),
    version text NOT NULL CHECK (version IN ('v1', 'v2')),
    response_type text NOT NULL CHECK (response_type IN ('Completed', 'Cancelled')),
    confirmation_url text NOT NULL CHECK (length(confirmation_url) <= 2000),
    validation_url text NOT NULL CHECK (length(validation_url) <= 2000),
    detail text CHECK (length(detail) <= 1000),
    created_at timestamptz NOT NULL DEFAULT now(),
    registered_at timestamptz,
    replaced_at timestamptz,
    CHECK ((state = 'replaced') = (replaced_at IS NOT NULL))
);
-- One token to come for each shortcode: a lost answer leaves no address that nobody knows.
CREATE UNIQUE INDEX c2b_other_registrations_next ON c2b_other_registrations (shortcode) WHERE replaced_at IS NULL;

-- Somebody is asking Safaricom for this shortcode until then: the old addresses and the new must not be asked for at once.
ALTER TABLE c2b_registrations ADD COLUMN asked_until timestamptz;
