-- Owned by Settlement, from chain events, append-only: a reorganisation deletes the blocks it undid.
-- The roots of first_epoch to last_epoch that were posted before count no more.
CREATE TABLE root_cancellations (
    position BIGINT PRIMARY KEY,
    first_epoch BIGINT NOT NULL,
    last_epoch BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    challenger TEXT NOT NULL,
    reward TEXT NOT NULL,
    burned TEXT NOT NULL,
    block_number BIGINT NOT NULL,
    mined_at BIGINT NOT NULL,
    tx_hash TEXT NOT NULL
);
CREATE INDEX root_cancellations_by_block ON root_cancellations (block_number);

CREATE TABLE reveal_demands (
    position BIGINT PRIMARY KEY,
    epoch BIGINT NOT NULL,
    lease_id TEXT NOT NULL,
    by_account TEXT NOT NULL,
    block_number BIGINT NOT NULL,
    mined_at BIGINT NOT NULL
);
CREATE INDEX reveal_demands_by_block ON reveal_demands (block_number);
