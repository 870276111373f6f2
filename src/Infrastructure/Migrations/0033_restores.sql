-- Books that were restored to an earlier moment: until somebody has compared them with M-PESA's statement, refunds and what Safaricom takes no
-- name for are not sent, for they could have been sent before.
CREATE TABLE restores (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    prepared_at timestamptz NOT NULL,
    released_at timestamptz,
    -- The place in the feed before the first event since.
    feed_place bigint NOT NULL
);
CREATE UNIQUE INDEX restores_under_way ON restores ((true)) WHERE released_at IS NULL;
