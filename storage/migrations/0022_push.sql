-- Browsers that take messages (web push), each of one session of an account: who signs out hears nothing any more. The
-- push service's address is a secret: whoever knows it can send there.

CREATE TABLE push_subscriptions (
  id               uuid   PRIMARY KEY,
  account_id       uuid   NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  session_id       uuid   NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  endpoint_hash    bytea  NOT NULL UNIQUE CHECK (length(endpoint_hash) = 32),    -- a browser has one subscription
  sealed           text   NOT NULL,                   -- Fernet: endpoint, p256dh, auth
  service          text   NOT NULL CHECK (length(service) <= 300),               -- the endpoint's origin
  created_at       bigint NOT NULL,
  last_success_at  bigint NOT NULL DEFAULT 0
);
CREATE INDEX push_subscriptions_of_account ON push_subscriptions (account_id, id);
CREATE INDEX push_subscriptions_of_session ON push_subscriptions (session_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON push_subscriptions TO sellavie_engine;
