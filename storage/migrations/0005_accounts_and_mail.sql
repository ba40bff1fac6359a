-- How accounts begin and are kept, and the mails that they cause. All of it is about people, who may belong to
-- several businesses: global tables, the engine only.

-- A wish for an account whose address is not proven yet; the mail's token makes it one.
CREATE TABLE sign_ups (
  id             uuid PRIMARY KEY,
  email          text   NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
  name           text   NOT NULL,
  password_hash  text   NOT NULL,                     -- bcrypt
  token_hash     bytea  NOT NULL UNIQUE,              -- SHA-256
  created_at     bigint NOT NULL,
  expires_at     bigint NOT NULL
);
CREATE INDEX sign_ups_of_email ON sign_ups (lower(email), id);
CREATE INDEX sign_ups_end ON sign_ups (expires_at);

-- Without an account: somebody asked for an address that has none. The row is written all the same, so that both
-- cases take the same time; its token opens nothing.
CREATE TABLE password_resets (
  token_hash  bytea  PRIMARY KEY,                     -- SHA-256
  account_id  uuid   REFERENCES accounts (id) ON DELETE CASCADE,
  created_at  bigint NOT NULL,
  expires_at  bigint NOT NULL
);
CREATE INDEX password_resets_of_account ON password_resets (account_id);
CREATE INDEX password_resets_end ON password_resets (expires_at);

CREATE TABLE second_factors (
  account_id    uuid   PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  secret        text   NOT NULL,                      -- Fernet
  created_at    bigint NOT NULL,
  confirmed_at  bigint,                               -- null: not on yet, its first code is awaited
  last_step     bigint NOT NULL DEFAULT 0             -- of the last code accepted: none is accepted twice
);

-- Those that are left: a used one is deleted.
CREATE TABLE recovery_codes (
  account_id  uuid  NOT NULL REFERENCES second_factors (account_id) ON DELETE CASCADE,
  code_hash   bytea NOT NULL,                         -- SHA-256 of 80 random bits
  PRIMARY KEY (account_id, code_hash)
);

-- Mails that wait, written with the change that causes them and deleted when the SMTP server took them. One that is
-- given up keeps its row without its text.
CREATE TABLE mails (
  id          uuid    PRIMARY KEY,                    -- and its Message-ID
  recipient   text    NOT NULL,                       -- empty: to nobody, written for the time that it takes
  kind        text    NOT NULL CHECK (length(kind) BETWEEN 1 AND 40),
  letter      text    NOT NULL,                       -- Fernet: subject and text, which may hold a token
  created_at  bigint  NOT NULL,
  expires_at  bigint  NOT NULL,                       -- after that it says nothing of use
  due_at      bigint  NOT NULL,
  attempts    integer NOT NULL DEFAULT 0,
  claimed_by  bigint,                                 -- incarnation that is sending it
  last_status integer NOT NULL DEFAULT 0,             -- of SMTP
  dead_at     bigint
);
CREATE INDEX mails_due ON mails (due_at) WHERE dead_at IS NULL;
CREATE INDEX mails_end ON mails (expires_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON sign_ups, password_resets, second_factors, recovery_codes, mails
  TO sellavie_engine;
