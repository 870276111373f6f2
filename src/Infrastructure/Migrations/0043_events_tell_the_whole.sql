-- An event tells the whole of its thing, and has an id that a restore does not give out again: its number and a random one. Events of before have neither
-- (nonce null) and are shown with their thing as it stands now, as are those whose data is erased with their thing. A process of the version before
-- this one goes on writing such events.
ALTER TABLE events
    ADD COLUMN nonce bigint,
    -- What belongs to no shop is for operators.
    ALTER COLUMN client DROP NOT NULL,
    ALTER COLUMN data DROP NOT NULL;
