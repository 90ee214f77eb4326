-- Owned by Leases, from chain events and append-only: what befell a lease beside cash and leaves. An epoch is the last of the lease
-- (exited, defaulted), the last curtailed, or the one settled through; an amount is base units: held back in all, deposit used, rent agreed.
CREATE TABLE lease_turns (
    position BIGINT PRIMARY KEY,
    lease_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    party TEXT,
    epoch BIGINT,
    amount TEXT,
    block_number BIGINT NOT NULL,
    mined_at BIGINT NOT NULL,
    tx_hash TEXT NOT NULL
);
CREATE INDEX lease_turns_by_lease ON lease_turns (lease_id, position);
CREATE INDEX lease_turns_by_block ON lease_turns (block_number);
