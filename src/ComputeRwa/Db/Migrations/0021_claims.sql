-- Owned by Claims, all from chain events and append-only: units moved, revenue applied, cash paid, units frozen. Who holds what and
-- is owed how much is a replay of these in order of position.
CREATE TABLE claim_transfers (
    position BIGINT NOT NULL,
    item BIGINT NOT NULL,
    lease_id TEXT NOT NULL,
    operator TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    units TEXT NOT NULL,
    forced BIGINT NOT NULL,
    block_number BIGINT NOT NULL,
    mined_at BIGINT NOT NULL,
    tx_hash TEXT NOT NULL,
    PRIMARY KEY (position, item)
);
CREATE INDEX claim_transfers_by_lease ON claim_transfers (lease_id, position);
CREATE INDEX claim_transfers_by_sender ON claim_transfers (sender, lease_id);
CREATE INDEX claim_transfers_by_recipient ON claim_transfers (recipient, lease_id);
CREATE INDEX claim_transfers_by_block ON claim_transfers (block_number);

-- Kept here as well as by Leases: one cursor moves all that a replay reads, so it never sees half of a block.
CREATE TABLE claim_revenue (
    position BIGINT PRIMARY KEY,
    lease_id TEXT NOT NULL,
    applied TEXT NOT NULL,
    block_number BIGINT NOT NULL
);
CREATE INDEX claim_revenue_by_lease ON claim_revenue (lease_id, position);
CREATE INDEX claim_revenue_by_block ON claim_revenue (block_number);

CREATE TABLE claim_payouts (
    position BIGINT PRIMARY KEY,
    lease_id TEXT NOT NULL,
    holder TEXT NOT NULL,
    recipient TEXT NOT NULL,
    amount TEXT NOT NULL,
    block_number BIGINT NOT NULL,
    mined_at BIGINT NOT NULL,
    tx_hash TEXT NOT NULL
);
CREATE INDEX claim_payouts_by_lease ON claim_payouts (lease_id, position);
CREATE INDEX claim_payouts_by_block ON claim_payouts (block_number);

-- The latest row of an account and lease says how many of its units may not move; it may exceed the balance.
CREATE TABLE claim_freezes (
    position BIGINT PRIMARY KEY,
    lease_id TEXT NOT NULL,
    account TEXT NOT NULL,
    units TEXT NOT NULL,
    block_number BIGINT NOT NULL
);
CREATE INDEX claim_freezes_by_lease ON claim_freezes (lease_id, position);
CREATE INDEX claim_freezes_by_block ON claim_freezes (block_number);
