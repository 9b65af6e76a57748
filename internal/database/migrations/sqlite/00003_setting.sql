-- +goose Up
-- What staff decide, one row per version, old ones kept: an operation pins its
-- version. Bodies are encrypted with the key whose fingerprint is recorded here.

CREATE TABLE plg_kessai_setting_key (
    id          SMALLINT    NOT NULL PRIMARY KEY,
    key_id      VARCHAR(16) NOT NULL,
    fingerprint VARCHAR(64) NOT NULL,
    created_at  BIGINT      NOT NULL,
    CONSTRAINT plg_kessai_setting_key_one CHECK (id = 1)
);

CREATE TABLE plg_kessai_kit (
    id       BIGINT   NOT NULL PRIMARY KEY,
    saved_at BIGINT   NOT NULL,
    body     TEXT     NOT NULL,
    CONSTRAINT plg_kessai_kit_id CHECK (id > 0)
);

CREATE TABLE plg_kessai_setting (
    version  BIGINT       NOT NULL PRIMARY KEY,
    kit_id   BIGINT,
    saved_at BIGINT       NOT NULL,
    actor    VARCHAR(190) NOT NULL,
    body     TEXT         NOT NULL,
    CONSTRAINT plg_kessai_setting_version CHECK (version > 0)
);
