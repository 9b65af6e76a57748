-- +goose Up
-- Sessions of buyers and of staff. A row is found by the hash of its token; an
-- ended one stays until its time is over. Times are Unix milliseconds UTC.

CREATE TABLE plg_kessai_session (
    token_hash CHAR(64) NOT NULL PRIMARY KEY,
    data       BLOB     NOT NULL,
    ended      SMALLINT NOT NULL,
    expires_at BIGINT   NOT NULL,
    ends_at    BIGINT   NOT NULL,
    CONSTRAINT plg_kessai_session_ended CHECK (ended IN (0, 1)),
    CONSTRAINT plg_kessai_session_ends CHECK (expires_at <= ends_at)
);
CREATE INDEX plg_kessai_session_ix_expires ON plg_kessai_session (expires_at);
