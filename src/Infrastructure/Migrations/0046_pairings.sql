-- What an operator has agreed to give a shop's program, until the program fetches it: once, within minutes. Only the code's hash is kept; the key and the
-- webhook are made when it is fetched.
CREATE TABLE pairings (
    id uuid PRIMARY KEY,
    code_hash bytea NOT NULL UNIQUE,
    app text NOT NULL CHECK (length(app) BETWEEN 1 AND 60),
    client text NOT NULL,
    scopes text[] NOT NULL,
    return_url text NOT NULL,
    webhook_url text,
    -- PKCE (RFC 7636, S256): who fetches must know what this is the hash of; null where the program gave none.
    code_challenge text,
    agreed_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
