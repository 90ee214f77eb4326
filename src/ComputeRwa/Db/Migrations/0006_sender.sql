-- Owned by Chain: what a lane has spent, what a transaction may cost, and the variants that compete for its nonce.

-- spent (wei) and gas_spent are of that UTC day, from receipts; ready_at is when the lane last was able to sign.
ALTER TABLE signer_lanes ADD COLUMN day BIGINT NOT NULL DEFAULT 0;
ALTER TABLE signer_lanes ADD COLUMN spent TEXT NOT NULL DEFAULT '0';
ALTER TABLE signer_lanes ADD COLUMN gas_spent BIGINT NOT NULL DEFAULT 0;
ALTER TABLE signer_lanes ADD COLUMN ready_at BIGINT NOT NULL DEFAULT 0;

-- Of the newest variant: its fees (wei per gas), the block it was sent at, and whether it is empty: a self-transfer that only uses the nonce.
ALTER TABLE transactions ADD COLUMN max_fee TEXT NOT NULL DEFAULT '0';
ALTER TABLE transactions ADD COLUMN max_priority TEXT NOT NULL DEFAULT '0';
ALTER TABLE transactions ADD COLUMN sent_block BIGINT NOT NULL DEFAULT 0;
ALTER TABLE transactions ADD COLUMN is_empty BIGINT NOT NULL DEFAULT 0;
ALTER TABLE transactions ADD COLUMN fee_paid TEXT NOT NULL DEFAULT '0';

-- Only transactions that had more than one: each of these bytes may have been broadcast, and any of them may be mined.
CREATE TABLE transaction_variants (
    hash TEXT PRIMARY KEY,
    transaction_id TEXT NOT NULL,
    nonce BIGINT NOT NULL,
    raw TEXT NOT NULL,
    max_fee TEXT NOT NULL,
    max_priority TEXT NOT NULL,
    is_empty BIGINT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX transaction_variants_by_transaction ON transaction_variants (transaction_id);

-- A lane looks for its few unsettled rows among all it ever sent.
CREATE INDEX transactions_by_lane ON transactions (signer, state, nonce);
