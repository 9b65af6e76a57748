-- +goose Up
-- What this database is: a shop of kessai's own, or EC-CUBE's with kessai attached.
-- baseline says how far EC-CUBE's tables were made by kessai.

CREATE TABLE plg_kessai_meta (
    id             SMALLINT    NOT NULL PRIMARY KEY,
    host           VARCHAR(16) NOT NULL,
    eccube_version VARCHAR(16) NOT NULL,
    baseline       VARCHAR(16) NOT NULL,
    created_at     BIGINT      NOT NULL,
    CONSTRAINT plg_kessai_meta_one CHECK (id = 1),
    CONSTRAINT plg_kessai_meta_host CHECK (host IN ('embedded', 'attached')),
    CONSTRAINT plg_kessai_meta_baseline CHECK (baseline IN ('none', 'begun', 'done'))
);
