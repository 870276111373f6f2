-- What customers type is the account; the shop's reference need not be it, nor be there. The columns order_reference and reference_key have always held
-- what customers type, and go on to: a process of the version before this one, which knows no others, shows it on prompts, matches confirmations by it
-- and adds rows to which the default applies, for there the reference is the account. A later migration gives them their names
-- (docs/decisions/0059). A constant default writes no row.
ALTER TABLE checkouts
    ADD COLUMN account_is_reference boolean NOT NULL DEFAULT true,
    -- The shop's reference and its compared form where the account is another; null where it gave none.
    ADD COLUMN client_reference text,
    ADD COLUMN client_reference_key text,
    -- The id the shop's platform has for it.
    ADD COLUMN external_id text,
    ADD CONSTRAINT checkouts_client_reference_check CHECK (
        CASE WHEN account_is_reference OR client_reference IS NULL THEN client_reference IS NULL AND client_reference_key IS NULL
        ELSE length(client_reference) BETWEEN 1 AND 12 AND client_reference_key IS NOT NULL AND client_reference_key ~ '^[A-Z0-9]{1,12}$' END) NOT VALID,
    ADD CONSTRAINT checkouts_external_id CHECK (length(external_id) BETWEEN 1 AND 200) NOT VALID;
