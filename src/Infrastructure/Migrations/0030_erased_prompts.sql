-- A prompt whose phone was erased may still turn out to be paid: a callback that may be its success and proves none has Safaricom asked, and a
-- number that turns out to be another prompt's leaves its outcome unknown again. Only what may still be sent needs its phone.
ALTER TABLE attempts
    DROP CONSTRAINT attempts_erased,
    ADD CONSTRAINT attempts_erased CHECK (phone IS NOT NULL OR status NOT IN ('sending', 'sent')) NOT VALID;
