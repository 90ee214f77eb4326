-- Owned by Leases: drafts and signatures, the GPUs they hold, curtailment notices, and what the chain says of each lease.
-- Whoever drafts takes the next number first, so that no two drafts look past each other for the same GPU.
CREATE TABLE lease_sequence (value BIGINT NOT NULL);
INSERT INTO lease_sequence (value) VALUES (0);

CREATE TABLE leases (
    id TEXT PRIMARY KEY,
    seq BIGINT NOT NULL UNIQUE,
    provider_id TEXT NOT NULL,
    site_id TEXT NOT NULL,
    lessee TEXT NOT NULL,
    start_epoch BIGINT NOT NULL,
    last_epoch BIGINT NOT NULL,
    terms TEXT NOT NULL,
    cap_per_epoch TEXT NOT NULL,
    provider_signature TEXT,
    provider_signed_at BIGINT,
    lessee_signature TEXT,
    lessee_signed_at BIGINT,
    origination_tx TEXT,
    withdrawn_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX leases_by_start ON leases (start_epoch, id);

-- In capacity order. Whether a lease still holds its GPUs is derived from its state, so nothing has to be released.
CREATE TABLE lease_gpus (
    lease_id TEXT NOT NULL,
    ordinal BIGINT NOT NULL,
    node_id TEXT NOT NULL,
    node_key TEXT NOT NULL,
    gpu_uuid TEXT NOT NULL,
    start_epoch BIGINT NOT NULL,
    last_epoch BIGINT NOT NULL,
    PRIMARY KEY (lease_id, ordinal)
);
CREATE INDEX lease_gpus_by_gpu ON lease_gpus (gpu_uuid, start_epoch);

CREATE TABLE lease_curtailments (
    id TEXT PRIMARY KEY,
    lease_id TEXT NOT NULL,
    from_second BIGINT NOT NULL,
    to_second BIGINT NOT NULL,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX lease_curtailments_by_lease ON lease_curtailments (lease_id, from_second);

-- From chain events, append-only: a reorganisation deletes the blocks it undid.
CREATE TABLE lease_originations (
    lease_id TEXT PRIMARY KEY,
    provider TEXT NOT NULL,
    lessee TEXT NOT NULL,
    cap_per_epoch TEXT NOT NULL,
    position BIGINT NOT NULL,
    block_number BIGINT NOT NULL,
    mined_at BIGINT NOT NULL,
    tx_hash TEXT NOT NULL
);
CREATE INDEX lease_originations_by_block ON lease_originations (block_number);

CREATE TABLE lease_cash (
    position BIGINT PRIMARY KEY,
    lease_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    line BIGINT NOT NULL,
    party TEXT NOT NULL,
    amount TEXT NOT NULL,
    block_number BIGINT NOT NULL,
    mined_at BIGINT NOT NULL,
    tx_hash TEXT NOT NULL
);
CREATE INDEX lease_cash_by_lease ON lease_cash (lease_id, position);
CREATE INDEX lease_cash_by_block ON lease_cash (block_number);

CREATE TABLE lease_syncs (
    position BIGINT PRIMARY KEY,
    lease_id TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    asked TEXT NOT NULL,
    applied TEXT NOT NULL,
    block_number BIGINT NOT NULL,
    mined_at BIGINT NOT NULL,
    tx_hash TEXT NOT NULL
);
CREATE INDEX lease_syncs_by_lease ON lease_syncs (lease_id, position);
CREATE INDEX lease_syncs_by_block ON lease_syncs (block_number);
