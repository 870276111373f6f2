-- Where shops want to be told. What they are told is the feed of events: a webhook remembers how far it is in it.
CREATE TABLE webhooks (
    id uuid PRIMARY KEY,
    client text NOT NULL,
    -- What the key that made it could see: it is told of nothing else, and shown to no key that can see less.
    scopes text[] NOT NULL,
    url text NOT NULL CHECK (length(url) BETWEEN 1 AND 2000),
    -- Null: what the service tells by itself, which may grow.
    events text[] CHECK (cardinality(events) > 0),
    description text CHECK (length(description) <= 200),
    status text NOT NULL DEFAULT 'enabled' CHECK (status IN ('enabled', 'disabled')),
    disabled_because text CHECK (disabled_because IN ('by_request', 'gone', 'failing', 'secret_unreadable')),
    -- Sealed with the deployment's own secrets; the one before it signs too until its time is over.
    secret bytea NOT NULL,
    old_secret bytea,
    old_secret_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    -- Counts what callers changed: whoever sends looks again.
    generation integer NOT NULL DEFAULT 1,
    -- Up to here in the feed everything is delivered, given up, or a delivery that waits.
    place bigint NOT NULL,
    -- The first of its failures since anything was delivered.
    failing_since timestamptz,
    -- The process that sends, and how long nobody else does.
    holder uuid,
    held_until timestamptz,
    CHECK ((status = 'disabled') = (disabled_because IS NOT NULL)),
    CHECK ((old_secret IS NULL) = (old_secret_until IS NULL)),
    CHECK ((holder IS NULL) = (held_until IS NULL))
);
CREATE INDEX webhooks_client ON webhooks (client, created_at DESC, id DESC);

-- One event on its way to one webhook: written once it was tried, or waits for another about the same thing. Deliveries go with their webhook, and are
-- forgotten some time after their end; the feed keeps the events.
CREATE TABLE webhook_deliveries (
    id uuid PRIMARY KEY,
    webhook_id uuid NOT NULL,
    position bigint NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    subject_id uuid NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'delivered', 'failed')),
    try_count integer NOT NULL,
    -- The last of them, oldest first: when, where to, what was answered.
    tries jsonb NOT NULL,
    -- Since when, and how often, it has been refused without a pause that was not ours; a webhook that is begun anew begins them anew.
    first_try_at timestamptz,
    refusals integer NOT NULL DEFAULT 0,
    next_try_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    CHECK ((status = 'pending') = (next_try_at IS NOT NULL)),
    CHECK ((status = 'pending') = (ended_at IS NULL))
);
CREATE UNIQUE INDEX webhook_deliveries_event ON webhook_deliveries (webhook_id, position);
CREATE INDEX webhook_deliveries_list ON webhook_deliveries (webhook_id, created_at DESC, id DESC);
CREATE INDEX webhook_deliveries_open ON webhook_deliveries (webhook_id, created_at DESC, id DESC) WHERE status <> 'delivered';
CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (webhook_id, position) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_ended ON webhook_deliveries (ended_at) WHERE ended_at IS NOT NULL;
