-- The receipt number M-PESA was asked by, where it was one: of a confirmation that cannot be read an operator names it. A column without a
-- default costs nothing to add; the longest receipt number a reader takes is 20, and rows of before have none.
ALTER TABLE questions
    ADD COLUMN receipt text,
    ADD CONSTRAINT questions_receipt CHECK (receipt ~ '^[A-Z0-9]{1,20}$') NOT VALID;

-- Callbacks at addresses nobody serves, by hour and path; of a path only our own words are kept. For the doctor, which may be another process.
CREATE TABLE unrouted_callbacks (
    hour timestamptz NOT NULL,
    path text NOT NULL CHECK (length(path) <= 200),
    taken bigint NOT NULL DEFAULT 0 CHECK (taken >= 0),
    refused bigint NOT NULL DEFAULT 0 CHECK (refused >= 0),
    PRIMARY KEY (hour, path)
);
