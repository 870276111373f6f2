-- The receipt number M-PESA was asked by, where it was one: of a confirmation that cannot be read an operator names it. A column without a
-- default costs nothing to add; the longest receipt number a reader takes is 20, and rows of before have none.
ALTER TABLE questions
    ADD COLUMN receipt text,
    ADD CONSTRAINT questions_receipt CHECK (receipt ~ '^[A-Z0-9]{1,20}$') NOT VALID;
