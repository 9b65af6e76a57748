-- +goose Up
-- Ledgers: one order's payments, operations, hold, timeline, alerts, mails and
-- notices (money.md §1); a customer's stored cards; what the 091 sweep looks for. Ids are ULIDs, times Unix milliseconds UTC, money yen.
-- No foreign key leads to a dtb_ table: EC-CUBE rebuilds those.

CREATE TABLE plg_kessai_ledger (
    order_id      BIGINT   NOT NULL PRIMARY KEY,
    version       BIGINT   NOT NULL,
    event_seq     BIGINT   NOT NULL,
    current_id    CHAR(26),
    pending_since BIGINT,
    last_status   SMALLINT NOT NULL,
    updated_at    BIGINT   NOT NULL,
    CONSTRAINT plg_kessai_ledger_version CHECK (version > 0),
    CONSTRAINT plg_kessai_ledger_event_seq CHECK (event_seq >= 0),
    CONSTRAINT plg_kessai_ledger_last_status CHECK (last_status IN (1, 3, 4, 5, 6, 7, 8, 9))
);

CREATE TABLE plg_kessai_payment (
    id             CHAR(26)    NOT NULL PRIMARY KEY,
    order_id       BIGINT      NOT NULL,
    seq            INTEGER     NOT NULL,
    environment    VARCHAR(16) NOT NULL,
    merchant_id    VARCHAR(32) NOT NULL,
    method         VARCHAR(16) NOT NULL,
    system_type    VARCHAR(16) NOT NULL,
    brand          VARCHAR(16) NOT NULL,
    trading_id     VARCHAR(25) NOT NULL,
    -- the trading_id if it is one we issued (money.md §4)
    trading_key    VARCHAR(25),
    payment_id     VARCHAR(32) NOT NULL,
    amount         BIGINT      NOT NULL,
    phase          VARCHAR(24) NOT NULL,
    end_reason     VARCHAR(24) NOT NULL,
    status         VARCHAR(8)  NOT NULL,
    situation      VARCHAR(24) NOT NULL,
    payment_class  VARCHAR(8)  NOT NULL,
    split_count    INTEGER     NOT NULL,
    stored_card    VARCHAR(64) NOT NULL,
    three_ds       VARCHAR(8)  NOT NULL,
    -- 3ds_auth_id: one authorisation each
    auth_id        VARCHAR(64),
    attempt        VARCHAR(16) NOT NULL,
    protected      SMALLINT    NOT NULL,
    -- JSON of the page or the numbers that the buyer needs; '' while nothing
    needs          TEXT        NOT NULL,
    sealed_token   TEXT        NOT NULL,
    hand_refunded  BIGINT      NOT NULL,
    last_notice_id BIGINT      NOT NULL,
    limit_at       BIGINT,
    replaces_id    CHAR(26),
    reverse_due    SMALLINT    NOT NULL,
    adopted        SMALLINT    NOT NULL,
    -- when it is asked about next; empty while it is not watched
    ask_at         BIGINT,
    begun_at       BIGINT      NOT NULL,
    authorised_at  BIGINT,
    captured_at    BIGINT,
    transit_at     BIGINT,
    ended_at       BIGINT,
    CONSTRAINT plg_kessai_payment_uq_seq UNIQUE (order_id, seq),
    CONSTRAINT plg_kessai_payment_uq_trading UNIQUE (environment, merchant_id, trading_key),
    CONSTRAINT plg_kessai_payment_uq_auth_id UNIQUE (environment, merchant_id, auth_id),
    CONSTRAINT plg_kessai_payment_environment CHECK (environment IN ('simulator', 'test', 'production')),
    CONSTRAINT plg_kessai_payment_method CHECK (method IN ('card', 'conveni', 'atm', 'bank', 'carrier', 'paidy', 'none')),
    CONSTRAINT plg_kessai_payment_system_type CHECK (system_type IN ('module', 'link')),
    CONSTRAINT plg_kessai_payment_brand CHECK (brand IN ('', 'docomo', 'au', 'softbank')),
    CONSTRAINT plg_kessai_payment_amount CHECK (amount >= 0),
    CONSTRAINT plg_kessai_payment_phase CHECK (phase IN ('opening', 'unknown', 'awaiting_buyer', 'awaiting_payment', 'authorised', 'captured', 'ended')),
    CONSTRAINT plg_kessai_payment_end_reason CHECK (end_reason IN ('', 'declined', 'never_sent', 'not_happened', 'unreachable', 'superseded', 'given_up', 'canceled', 'expired', 'refunded', 'amount', 'unused')),
    CONSTRAINT plg_kessai_payment_situation CHECK (situation IN ('', 'authorised', 'auth_canceled', 'auth_changed', 'auth_expired', 'captured', 'captured_final', 'capture_canceled', 'capture_changed', 'canceled')),
    CONSTRAINT plg_kessai_payment_three_ds CHECK (three_ds IN ('', '1.0', '2.0')),
    CONSTRAINT plg_kessai_payment_protected CHECK (protected IN (0, 1)),
    CONSTRAINT plg_kessai_payment_hand_refunded CHECK (hand_refunded >= 0),
    CONSTRAINT plg_kessai_payment_reverse_due CHECK (reverse_due IN (0, 1)),
    CONSTRAINT plg_kessai_payment_adopted CHECK (adopted IN (0, 1))
);
CREATE INDEX plg_kessai_payment_ix_trading ON plg_kessai_payment (environment, merchant_id, trading_id);
CREATE INDEX plg_kessai_payment_ix_ask ON plg_kessai_payment (ask_at);

CREATE TABLE plg_kessai_payment_id (
    environment VARCHAR(16) NOT NULL,
    merchant_id VARCHAR(32) NOT NULL,
    -- as Paygent spells it
    paygent_id  VARCHAR(32) NOT NULL,
    payment_id  CHAR(26)    NOT NULL,
    pos         INTEGER     NOT NULL,
    PRIMARY KEY (environment, merchant_id, paygent_id),
    CONSTRAINT plg_kessai_payment_id_uq_pos UNIQUE (payment_id, pos),
    CONSTRAINT plg_kessai_payment_id_environment CHECK (environment IN ('simulator', 'test', 'production')),
    CONSTRAINT plg_kessai_payment_id_fk FOREIGN KEY (payment_id) REFERENCES plg_kessai_payment (id)
);

CREATE TABLE plg_kessai_card (
    id              CHAR(26)     NOT NULL PRIMARY KEY,
    customer_id     BIGINT       NOT NULL,
    environment     VARCHAR(16)  NOT NULL,
    merchant_id     VARCHAR(32)  NOT NULL,
    -- customer_card_id, as Paygent spells it
    paygent_card_id VARCHAR(64)  NOT NULL,
    -- the same while the card is kept
    kept_key        VARCHAR(64),
    brand           VARCHAR(16)  NOT NULL,
    masked_number   VARCHAR(32)  NOT NULL,
    valid_term      VARCHAR(8)   NOT NULL,
    fingerprint     VARCHAR(190) NOT NULL,
    created_at      BIGINT       NOT NULL,
    deleted_at      BIGINT,
    CONSTRAINT plg_kessai_card_uq_kept UNIQUE (customer_id, environment, merchant_id, kept_key),
    CONSTRAINT plg_kessai_card_environment CHECK (environment IN ('simulator', 'test', 'production')),
    CONSTRAINT plg_kessai_card_kept CHECK ((deleted_at IS NULL AND kept_key = paygent_card_id) OR (deleted_at IS NOT NULL AND kept_key IS NULL))
);

-- An operation belongs to an order and one of its payments, or, about stored cards,
-- to a customer.
CREATE TABLE plg_kessai_operation (
    id               CHAR(26)     NOT NULL PRIMARY KEY,
    parent_id        CHAR(26),
    order_id         BIGINT,
    payment_id       CHAR(26),
    customer_id      BIGINT,
    card_id          CHAR(26),
    kind             VARCHAR(32)  NOT NULL,
    state            VARCHAR(16)  NOT NULL,
    -- whoever is kept busy by it, while it is open
    open_key         VARCHAR(64),
    owner            VARCHAR(190) NOT NULL,
    lease_until      BIGINT,
    not_before       BIGINT,
    settings_version BIGINT       NOT NULL,
    environment      VARCHAR(16)  NOT NULL,
    merchant_id      VARCHAR(32)  NOT NULL,
    actor            VARCHAR(64)  NOT NULL,
    reason           TEXT         NOT NULL,
    idem_key         VARCHAR(190),
    amount           BIGINT       NOT NULL,
    refused          SMALLINT     NOT NULL,
    code             VARCHAR(64)  NOT NULL,
    detail           TEXT         NOT NULL,
    cause            VARCHAR(32)  NOT NULL,
    planned_at       BIGINT       NOT NULL,
    sent_at          BIGINT,
    deadline_at      BIGINT,
    unknown_at       BIGINT,
    settled_at       BIGINT,
    asked            INTEGER      NOT NULL,
    negative_at      BIGINT,
    next_ask_at      BIGINT,
    -- 0 no alert yet, 1 unknown for too long, 2 in transit for too long
    alert_level      SMALLINT     NOT NULL,
    -- when a worker must look at it again; follows from state, lease and times
    due_at           BIGINT,
    CONSTRAINT plg_kessai_operation_uq_open UNIQUE (open_key),
    CONSTRAINT plg_kessai_operation_uq_idem UNIQUE (idem_key),
    CONSTRAINT plg_kessai_operation_kind CHECK (kind IN ('authorize', 'cancel_authorization', 'capture', 'cancel_capture', 'complete_3ds', 'authenticate', 'store_card', 'delete_card', 'apply_atm', 'apply_conveni', 'apply_bank', 'login_carrier', 'apply_carrier', 'capture_carrier', 'cancel_carrier', 'correct_carrier', 'cancel_paidy', 'capture_paidy', 'refund_paidy', 'open_link', 'change_amount')),
    CONSTRAINT plg_kessai_operation_state CHECK (state IN ('planned', 'sent', 'succeeded', 'declined', 'rejected', 'unknown')),
    CONSTRAINT plg_kessai_operation_open CHECK ((open_key IS NULL AND state NOT IN ('planned', 'sent', 'unknown')) OR (open_key IS NOT NULL AND state IN ('planned', 'sent', 'unknown'))),
    -- a saga has one open step at a time
    CONSTRAINT plg_kessai_operation_step CHECK (parent_id IS NULL OR open_key IS NULL OR open_key = 'saga:' || parent_id),
    CONSTRAINT plg_kessai_operation_customer CHECK (customer_id IS NULL OR open_key IS NULL OR open_key = 'customer:' || customer_id),
    CONSTRAINT plg_kessai_operation_whose CHECK ((order_id IS NOT NULL AND payment_id IS NOT NULL AND customer_id IS NULL AND card_id IS NULL AND kind NOT IN ('store_card', 'delete_card')) OR (order_id IS NULL AND payment_id IS NULL AND customer_id IS NOT NULL AND kind IN ('store_card', 'delete_card'))),
    CONSTRAINT plg_kessai_operation_environment CHECK (environment IN ('simulator', 'test', 'production')),
    CONSTRAINT plg_kessai_operation_amount CHECK (amount >= 0),
    CONSTRAINT plg_kessai_operation_refused CHECK (refused IN (0, 1)),
    CONSTRAINT plg_kessai_operation_fk_parent FOREIGN KEY (parent_id) REFERENCES plg_kessai_operation (id),
    CONSTRAINT plg_kessai_operation_fk FOREIGN KEY (payment_id) REFERENCES plg_kessai_payment (id),
    CONSTRAINT plg_kessai_operation_fk_card FOREIGN KEY (card_id) REFERENCES plg_kessai_card (id)
);
CREATE INDEX plg_kessai_operation_ix_order ON plg_kessai_operation (order_id);
CREATE INDEX plg_kessai_operation_ix_due ON plg_kessai_operation (due_at);

CREATE TABLE plg_kessai_hold (
    id           CHAR(26)    NOT NULL PRIMARY KEY,
    order_id     BIGINT      NOT NULL,
    -- the order while the hold is unreleased: an order has at most one
    open_key     BIGINT,
    state        VARCHAR(16) NOT NULL,
    movements    TEXT        NOT NULL,
    points       BIGINT      NOT NULL,
    taken_at     BIGINT      NOT NULL,
    committed_at BIGINT,
    released_at  BIGINT,
    CONSTRAINT plg_kessai_hold_uq_open UNIQUE (open_key),
    CONSTRAINT plg_kessai_hold_state CHECK (state IN ('held', 'committed', 'released')),
    CONSTRAINT plg_kessai_hold_open CHECK ((state = 'released' AND open_key IS NULL) OR (state <> 'released' AND open_key = order_id))
);
CREATE INDEX plg_kessai_hold_ix_order ON plg_kessai_hold (order_id);

CREATE TABLE plg_kessai_event (
    order_id     BIGINT       NOT NULL,
    seq          BIGINT       NOT NULL,
    happened_at  BIGINT       NOT NULL,
    kind         VARCHAR(32)  NOT NULL,
    actor        VARCHAR(64)  NOT NULL,
    payment_id   CHAR(26),
    operation_id CHAR(26),
    cause        VARCHAR(190) NOT NULL,
    data         TEXT         NOT NULL,
    -- of what staff did without an operation
    idem_key     VARCHAR(190),
    PRIMARY KEY (order_id, seq),
    CONSTRAINT plg_kessai_event_uq_idem UNIQUE (idem_key),
    CONSTRAINT plg_kessai_event_seq CHECK (seq > 0),
    CONSTRAINT plg_kessai_event_kind CHECK (kind IN ('operation_planned', 'operation_succeeded', 'operation_declined', 'operation_rejected', 'operation_unknown', 'inquired', 'notice_applied', 'notice_parked', 'status_observed', 'payment_replaced', 'notice_retried', 'order_moved', 'hold_taken', 'hold_committed', 'hold_released', 'order_placed', 'given_up', 'mail_queued', 'alert_opened', 'alert_closed', 'order_edited', 'hold_changed', 'refunded_by_hand', 'host_moved'))
);

CREATE TABLE plg_kessai_alert (
    order_id  BIGINT       NOT NULL,
    kind      VARCHAR(32)  NOT NULL,
    cause     VARCHAR(190) NOT NULL,
    opened_at BIGINT       NOT NULL,
    closed_at BIGINT,
    data      TEXT         NOT NULL,
    PRIMARY KEY (order_id, kind, cause),
    CONSTRAINT plg_kessai_alert_kind CHECK (kind IN ('operation_unknown', 'transit_too_long', 'contradiction', 'double_payment', 'paid_but_canceled', 'shipped_but_unpaid', 'stock_short', 'goods_missing', 'reversal_failing', 'notice_parked', 'wrong_amount', 'amount_not_applied', 'payment_not_made', 'payment_kept', 'notices_purged'))
);
CREATE INDEX plg_kessai_alert_ix_open ON plg_kessai_alert (closed_at, opened_at);

CREATE TABLE plg_kessai_outbox (
    id          CHAR(26)     NOT NULL PRIMARY KEY,
    order_id    BIGINT       NOT NULL,
    kind        VARCHAR(32)  NOT NULL,
    cause       VARCHAR(190) NOT NULL,
    data        TEXT         NOT NULL,
    queued_at   BIGINT       NOT NULL,
    sent_at     BIGINT,
    attempts    INTEGER      NOT NULL,
    -- when it is tried next; empty once sent or given up
    next_at     BIGINT,
    owner       VARCHAR(190) NOT NULL,
    lease_until BIGINT,
    last_error  TEXT         NOT NULL,
    CONSTRAINT plg_kessai_outbox_uq_cause UNIQUE (order_id, kind, cause),
    CONSTRAINT plg_kessai_outbox_kind CHECK (kind IN ('order', 'mismatch', 'wrong_amount'))
);
CREATE INDEX plg_kessai_outbox_ix_next ON plg_kessai_outbox (next_at);

CREATE TABLE plg_kessai_notice (
    id           CHAR(26)     NOT NULL PRIMARY KEY,
    environment  VARCHAR(16)  NOT NULL,
    merchant_id  VARCHAR(32)  NOT NULL,
    notice_id    BIGINT       NOT NULL,
    digest       VARCHAR(64)  NOT NULL,
    payment_id   VARCHAR(255) NOT NULL,
    trading_id   VARCHAR(255) NOT NULL,
    payment_type VARCHAR(16)  NOT NULL,
    status       VARCHAR(16)  NOT NULL,
    amount       BIGINT       NOT NULL,
    base_id      VARCHAR(255) NOT NULL,
    payment_class VARCHAR(8)  NOT NULL,
    split_count  INTEGER     NOT NULL,
    payment_date BIGINT,
    received_at  BIGINT       NOT NULL,
    state        VARCHAR(16)  NOT NULL,
    reason       VARCHAR(16)  NOT NULL,
    order_id     BIGINT,
    next_at      BIGINT,
    asked        INTEGER      NOT NULL,
    owner        VARCHAR(190) NOT NULL,
    lease_until  BIGINT,
    -- when a confirmer must look at it again; follows from state, lease and next_at
    due_at       BIGINT,
    CONSTRAINT plg_kessai_notice_uq_digest UNIQUE (environment, merchant_id, notice_id, digest),
    CONSTRAINT plg_kessai_notice_environment CHECK (environment IN ('simulator', 'test', 'production')),
    CONSTRAINT plg_kessai_notice_state CHECK (state IN ('received', 'applied', 'superseded', 'duplicate', 'foreign', 'parked')),
    CONSTRAINT plg_kessai_notice_reason CHECK (reason IN ('', 'conflict', 'amount', 'type', 'no_order', 'unconfirmed', 'malformed', 'environment', 'failed')),
    CONSTRAINT plg_kessai_notice_parked CHECK (state <> 'parked' OR reason <> '')
);
CREATE INDEX plg_kessai_notice_ix_order ON plg_kessai_notice (order_id);
CREATE INDEX plg_kessai_notice_ix_due ON plg_kessai_notice (due_at);

-- Notices that 091 is asked for by their ids (money.md §5).
CREATE TABLE plg_kessai_missing_notice (
    environment VARCHAR(16) NOT NULL,
    merchant_id VARCHAR(32) NOT NULL,
    notice_id   BIGINT      NOT NULL,
    first_seen  BIGINT      NOT NULL,
    asked       INTEGER     NOT NULL,
    -- when it is asked for next; empty once closed
    next_at     BIGINT,
    closed_at   BIGINT,
    found       SMALLINT    NOT NULL,
    PRIMARY KEY (environment, merchant_id, notice_id),
    CONSTRAINT plg_kessai_missing_notice_environment CHECK (environment IN ('simulator', 'test', 'production')),
    CONSTRAINT plg_kessai_missing_notice_found CHECK (found IN (0, 1)),
    CONSTRAINT plg_kessai_missing_notice_open CHECK ((closed_at IS NULL AND next_at IS NOT NULL AND found = 0) OR (closed_at IS NOT NULL AND next_at IS NULL))
);
CREATE INDEX plg_kessai_missing_notice_ix_next ON plg_kessai_missing_notice (environment, merchant_id, next_at);
CREATE INDEX plg_kessai_missing_notice_ix_closed ON plg_kessai_missing_notice (closed_at);

-- Work that one node does at a time.
CREATE TABLE plg_kessai_lease (
    name        VARCHAR(190) NOT NULL PRIMARY KEY,
    owner       VARCHAR(190) NOT NULL,
    lease_until BIGINT       NOT NULL
);
CREATE INDEX plg_kessai_lease_ix_owner ON plg_kessai_lease (owner);
