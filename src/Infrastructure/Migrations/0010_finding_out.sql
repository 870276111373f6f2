-- Finding out: what all processes together may ask of Safaricom, how its APIs were last found, and every question on record.

-- One bucket for all processes: questions must not use up the rate Safaricom grants the app, however many workers there are.
CREATE TABLE question_budget (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    -- Questions that may be asked now; below zero after one that nobody holds back, such as an operator's.
    tokens double precision NOT NULL,
    counted_at timestamptz NOT NULL
);
INSERT INTO question_budget (tokens, counted_at) VALUES (0, now());

-- How each of Daraja's APIs was last found, by whichever process found it: its pause is everybody's.
CREATE TABLE daraja_apis (
    api text PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('closed', 'open')),
    paused_until timestamptz,
    why text CHECK (length(why) <= 300),
    found_by text NOT NULL CHECK (length(found_by) <= 100),
    changed_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((state = 'open') = (paused_until IS NOT NULL))
);

-- Questions about prompts are answered at once and have no callback of their own; they are kept for a case's history.
ALTER TABLE questions
    DROP CONSTRAINT questions_kind_check,
    ADD CONSTRAINT questions_kind_check CHECK (kind IN ('status', 'balance', 'prompt')),
    DROP CONSTRAINT questions_check,
    ADD CONSTRAINT questions_check CHECK ((kind = 'balance') = (subject_id IS NULL));

-- Why it was in doubt at first: what came in place of Safaricom's reply. Answers to questions take the place of last_answer.
ALTER TABLE attempts ADD COLUMN doubt text CHECK (length(doubt) <= 1000);
ALTER TABLE payouts ADD COLUMN doubt text CHECK (length(doubt) <= 1000);
ALTER TABLE refunds ADD COLUMN doubt text CHECK (length(doubt) <= 1000);

-- True once something came that may be a success and proves none: a failure that comes as well does not end the questions.
ALTER TABLE attempts ADD COLUMN disputed boolean NOT NULL DEFAULT false;
ALTER TABLE payouts ADD COLUMN disputed boolean NOT NULL DEFAULT false;
ALTER TABLE refunds ADD COLUMN disputed boolean NOT NULL DEFAULT false;

-- What came for a payment and did not simply settle it: the rest of a case's history. A prompt's callback that was applied is told by the
-- prompt's own row, so the index leaves it out and costs the ordinary callback nothing.
CREATE INDEX callbacks_notable ON callbacks (subject_id)
    WHERE subject_id IS NOT NULL AND (verdict <> 'applied' OR kind NOT IN ('stk', 'c2b_confirm', 'c2b_validate'));
