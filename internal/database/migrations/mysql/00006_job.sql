-- +goose Up
-- Bulk work: a job, its lanes (how many of its items are at work at once, over all
-- nodes, each with its own counters), its items, one per order; and schedules with
-- the slots that ran. Ids are ULIDs, times Unix milliseconds UTC, money yen.

CREATE TABLE plg_kessai_job (
    id         CHAR(26)     NOT NULL PRIMARY KEY,
    kind       VARCHAR(32)  NOT NULL,
    state      VARCHAR(16)  NOT NULL,
    -- one per form shown, or per slot of a schedule
    idem_key   VARCHAR(190) NOT NULL,
    requester  VARCHAR(64)  NOT NULL,
    -- JSON of what chooses the orders
    selection  TEXT         NOT NULL,
    rehearsal  SMALLINT     NOT NULL,
    width      INTEGER      NOT NULL,
    -- items a minute, 0 as fast as it goes
    rate       INTEGER      NOT NULL,
    -- whether all items are written, and the last order that was
    prepared   SMALLINT     NOT NULL,
    last_order BIGINT       NOT NULL,
    total      BIGINT       NOT NULL,
    -- with a rate: when the next item may begin
    claim_at   BIGINT       NOT NULL,
    created_at BIGINT       NOT NULL,
    started_at BIGINT,
    ended_at   BIGINT,
    CONSTRAINT plg_kessai_job_uq_idem UNIQUE (idem_key),
    CONSTRAINT plg_kessai_job_state CHECK (state IN ('preparing', 'running', 'paused', 'done', 'canceled')),
    CONSTRAINT plg_kessai_job_rehearsal CHECK (rehearsal IN (0, 1)),
    CONSTRAINT plg_kessai_job_prepared CHECK (prepared IN (0, 1)),
    CONSTRAINT plg_kessai_job_width CHECK (width BETWEEN 1 AND 64),
    CONSTRAINT plg_kessai_job_rate CHECK (rate >= 0),
    CONSTRAINT plg_kessai_job_total CHECK (total >= 0)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE INDEX plg_kessai_job_ix_state ON plg_kessai_job (state, id);

CREATE TABLE plg_kessai_job_lane (
    job_id      CHAR(26)     NOT NULL,
    lane        INTEGER      NOT NULL,
    owner       VARCHAR(190) NOT NULL,
    -- of the worker that holds it
    token       VARCHAR(26)  NOT NULL,
    seq         BIGINT       NOT NULL,
    lease_until BIGINT,
    succeeded   BIGINT       NOT NULL,
    failed      BIGINT       NOT NULL,
    skipped     BIGINT       NOT NULL,
    unsettled   BIGINT       NOT NULL,
    -- what was moved, or would be
    amount      BIGINT       NOT NULL,
    goods       BIGINT       NOT NULL,
    points      BIGINT       NOT NULL,
    PRIMARY KEY (job_id, lane),
    CONSTRAINT plg_kessai_job_lane_fk FOREIGN KEY (job_id) REFERENCES plg_kessai_job (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE INDEX plg_kessai_job_lane_ix_lease ON plg_kessai_job_lane (lease_until);

CREATE TABLE plg_kessai_job_item (
    job_id     CHAR(26)    NOT NULL,
    order_id   BIGINT      NOT NULL,
    payment_id VARCHAR(26) NOT NULL,
    amount     BIGINT      NOT NULL,
    state      VARCHAR(16) NOT NULL,
    -- the order while it waits: the queue
    turn       BIGINT,
    lane       INTEGER,
    -- the order while a job works on it
    open_key   BIGINT,
    code       VARCHAR(64) NOT NULL,
    -- JSON of what the outcome's sentence needs
    facts      TEXT        NOT NULL,
    -- while its outcome is unknown: when it is looked at again
    check_at   BIGINT,
    checks     INTEGER     NOT NULL,
    done_at    BIGINT,
    PRIMARY KEY (job_id, order_id),
    CONSTRAINT plg_kessai_job_item_uq_open UNIQUE (open_key),
    CONSTRAINT plg_kessai_job_item_state CHECK (state IN ('waiting', 'claimed', 'succeeded', 'failed', 'skipped', 'unknown')),
    CONSTRAINT plg_kessai_job_item_fk FOREIGN KEY (job_id) REFERENCES plg_kessai_job (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE INDEX plg_kessai_job_item_ix_turn ON plg_kessai_job_item (job_id, turn);
CREATE INDEX plg_kessai_job_item_ix_state ON plg_kessai_job_item (job_id, state, order_id);
CREATE INDEX plg_kessai_job_item_ix_check ON plg_kessai_job_item (check_at);

CREATE TABLE plg_kessai_schedule (
    task       VARCHAR(32)  NOT NULL PRIMARY KEY,
    kind       VARCHAR(32)  NOT NULL,
    -- five fields of cron, JST
    spec       VARCHAR(190) NOT NULL,
    -- JSON of what chooses the orders
    selection  TEXT         NOT NULL,
    width      INTEGER      NOT NULL,
    rate       INTEGER      NOT NULL,
    changed_by VARCHAR(64)  NOT NULL,
    -- slots before this time are none of its
    since      BIGINT       NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE plg_kessai_schedule_slot (
    task    VARCHAR(32) NOT NULL,
    slot_at BIGINT      NOT NULL,
    job_id  CHAR(26)    NOT NULL,
    ran_at  BIGINT      NOT NULL,
    PRIMARY KEY (task, slot_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
