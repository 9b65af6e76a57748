-- +goose Up
-- Failed logins by login id, which stands here as its SHA-256 only: what people
-- type there is at times a password. (Mails wait in plg_kessai_outbox.)

CREATE TABLE plg_kessai_login_failure (
    login_key    CHAR(64) NOT NULL PRIMARY KEY,
    failures     INTEGER  NOT NULL,
    last_at      BIGINT   NOT NULL,
    locked_until BIGINT,
    CONSTRAINT plg_kessai_login_failure_failures CHECK (failures > 0)
);
CREATE INDEX plg_kessai_login_failure_ix_last ON plg_kessai_login_failure (last_at);
