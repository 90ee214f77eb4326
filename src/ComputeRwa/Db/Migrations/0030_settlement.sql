-- Owned by Settlement: closed epochs, which never change, the attestors' signatures over them, and what the chain says of roots.
CREATE TABLE epochs (
    epoch BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    root TEXT NOT NULL,
    previous_root TEXT NOT NULL,
    leases BIGINT NOT NULL,
    rent TEXT NOT NULL,
    gpu_seconds BIGINT NOT NULL,
    watt_hours BIGINT NOT NULL,
    data_hash TEXT NOT NULL,
    closed_at BIGINT NOT NULL,
    PRIMARY KEY (epoch, attempt)
);

-- The published file, byte by byte.
CREATE TABLE epoch_files (
    epoch BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (epoch, attempt)
);

-- Leaves in tree order; parts as TEXT where they can leave 63 bits.
CREATE TABLE epoch_leaves (
    epoch BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    position BIGINT NOT NULL,
    lease_id TEXT NOT NULL,
    leaf_epoch BIGINT NOT NULL,
    rent TEXT NOT NULL,
    remainder BIGINT NOT NULL,
    credit_parts TEXT NOT NULL,
    gpu_seconds BIGINT NOT NULL,
    watt_hours BIGINT NOT NULL,
    curtailed_seconds BIGINT NOT NULL,
    heat_watt_hours BIGINT NOT NULL,
    record_hash TEXT NOT NULL,
    leaf_hash TEXT NOT NULL,
    PRIMARY KEY (epoch, attempt, position)
);
CREATE UNIQUE INDEX epoch_leaves_by_lease ON epoch_leaves (lease_id, epoch, attempt);

-- What was measured of a lease in an epoch in which it ran.
CREATE TABLE metering_records (
    epoch BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    lease_id TEXT NOT NULL,
    reserved_seconds BIGINT NOT NULL,
    available_seconds BIGINT NOT NULL,
    busy_seconds BIGINT NOT NULL,
    curtailed_seconds BIGINT NOT NULL,
    load_bps BIGINT NOT NULL,
    it_watt_hours BIGINT NOT NULL,
    facility_watt_hours BIGINT NOT NULL,
    heat_watt_hours BIGINT NOT NULL,
    index_value TEXT NOT NULL,
    index_epoch BIGINT NOT NULL,
    revenue TEXT NOT NULL,
    revenue_source TEXT NOT NULL,
    evidence_hash TEXT NOT NULL,
    trust BIGINT NOT NULL,
    PRIMARY KEY (lease_id, epoch, attempt)
);

CREATE TABLE epoch_attestations (
    epoch BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    signer TEXT NOT NULL,
    signature TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (epoch, attempt, signer)
);

-- The transactions asked for: request 0 is the post, each sync has the next number.
CREATE TABLE epoch_transactions (
    epoch BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    request BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    transaction_id TEXT NOT NULL,
    PRIMARY KEY (epoch, attempt, request, ordinal)
);

-- From chain events, append-only: a reorganisation deletes the blocks it undid.
CREATE TABLE epoch_posts (
    position BIGINT PRIMARY KEY,
    epoch BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    root TEXT NOT NULL,
    previous_root TEXT NOT NULL,
    leases BIGINT NOT NULL,
    rent TEXT NOT NULL,
    gpu_seconds BIGINT NOT NULL,
    watt_hours BIGINT NOT NULL,
    data_hash TEXT NOT NULL,
    poster TEXT NOT NULL,
    block_number BIGINT NOT NULL,
    mined_at BIGINT NOT NULL,
    tx_hash TEXT NOT NULL
);
CREATE INDEX epoch_posts_by_epoch ON epoch_posts (epoch, position);
CREATE INDEX epoch_posts_by_block ON epoch_posts (block_number);

-- An account's latest row says whether it is an attestor; the latest threshold holds.
CREATE TABLE attestor_changes (
    position BIGINT PRIMARY KEY,
    account TEXT NOT NULL,
    is_attestor BIGINT NOT NULL,
    block_number BIGINT NOT NULL
);
CREATE INDEX attestor_changes_by_block ON attestor_changes (block_number);

CREATE TABLE threshold_changes (
    position BIGINT PRIMARY KEY,
    threshold BIGINT NOT NULL,
    block_number BIGINT NOT NULL
);
CREATE INDEX threshold_changes_by_block ON threshold_changes (block_number);
