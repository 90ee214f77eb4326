-- Owned by Chain: the outbox, its signer lanes, and the chain as this program has seen it.
CREATE TABLE chain_identity (
    chain_id BIGINT PRIMARY KEY,
    salt TEXT NOT NULL,
    deployment TEXT NOT NULL,
    seen_at BIGINT NOT NULL
);

CREATE TABLE signer_lanes (
    address TEXT PRIMARY KEY,
    next_nonce BIGINT NOT NULL
);

-- The queue's order: ids made in one millisecond sort by chance, and chain time can stand still for long.
CREATE TABLE outbox_sequence (value BIGINT NOT NULL);
INSERT INTO outbox_sequence (value) VALUES (0);

CREATE TABLE transactions (
    id TEXT PRIMARY KEY,
    seq BIGINT NOT NULL UNIQUE,
    command_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    to_address TEXT NOT NULL,
    calldata TEXT NOT NULL,
    gas_limit BIGINT NOT NULL,
    state TEXT NOT NULL,
    signer TEXT,
    nonce BIGINT,
    raw TEXT,
    hash TEXT,
    attempts BIGINT NOT NULL,
    error TEXT,
    block_number BIGINT,
    block_hash TEXT,
    gas_used BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX transactions_by_state ON transactions (state, seq);
CREATE INDEX transactions_by_subject ON transactions (subject, seq);
CREATE INDEX transactions_by_block ON transactions (block_number);
CREATE INDEX transactions_by_hash ON transactions (hash);
CREATE UNIQUE INDEX transactions_by_nonce ON transactions (signer, nonce);

CREATE TABLE chain_blocks (
    number BIGINT PRIMARY KEY,
    hash TEXT NOT NULL,
    parent_hash TEXT NOT NULL,
    mined_at BIGINT NOT NULL
);

-- Position = block number × 100,000 + log index: one order for all projectors.
CREATE TABLE chain_logs (
    position BIGINT PRIMARY KEY,
    block_number BIGINT NOT NULL,
    log_index BIGINT NOT NULL,
    tx_hash TEXT NOT NULL,
    address TEXT NOT NULL,
    topics TEXT NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX chain_logs_by_block ON chain_logs (block_number);
CREATE INDEX chain_logs_by_tx ON chain_logs (tx_hash);

CREATE TABLE projector_cursors (
    projector TEXT PRIMARY KEY,
    position BIGINT NOT NULL
);
