-- Guesses at a second factor's codes, and at the password by a session, each have a count and a block of their own: strangers who
-- keep an account's sign-in blocked (accounts.blocked_until) hold up neither (docs/adr/0022).
ALTER TABLE second_factors
  ADD COLUMN failed_codes  integer NOT NULL DEFAULT 0,      -- in a row
  ADD COLUMN blocked_until bigint  NOT NULL DEFAULT 0;
ALTER TABLE sessions
  ADD COLUMN failed_passwords integer NOT NULL DEFAULT 0,   -- in a row
  ADD COLUMN blocked_until    bigint  NOT NULL DEFAULT 0;
