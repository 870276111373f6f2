-- How rounds of Pull go: who is reading, how the last one ended and why the mark (pull_progress) stands, and what can never be read any more.
CREATE TABLE pull_rounds (
    shortcode text PRIMARY KEY CHECK (length(shortcode) BETWEEN 1 AND 20),
    -- The round under way, and until when it keeps others away; a round that has ended keeps nobody.
    round uuid,
    running_until timestamptz,
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    -- How the last round that ended did, in one sentence for operators where it was not complete.
    state text CHECK (state IN ('complete', 'uncertain', 'incomplete', 'contradicted', 'not_registered', 'not_answered')),
    why text CHECK (length(why) <= 1000),
    -- Since when no round was complete.
    since timestamptz,
    -- A time before what Safaricom still kept when the mark moved over it: nobody has read it.
    gap_from timestamptz,
    gap_until timestamptz,
    CHECK ((state IS NULL) = (ended_at IS NULL)),
    CHECK (state IS NULL OR (state = 'complete') = (since IS NULL)),
    CHECK ((gap_from IS NULL) = (gap_until IS NULL))
);
