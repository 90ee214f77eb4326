-- Owned by Telemetry: one row a batch.
-- The samples stand last, so that reading a rollup does not walk through them.
CREATE TABLE telemetry_batches (
    node_id TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    from_second BIGINT NOT NULL,
    step_seconds BIGINT NOT NULL,
    samples BIGINT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    signature TEXT,
    trust BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    rollup BYTEA NOT NULL,
    columns BYTEA NOT NULL,
    PRIMARY KEY (node_id, sequence)
);
CREATE INDEX telemetry_batches_by_epoch ON telemetry_batches (epoch, node_id, sequence);

-- A settled epoch's evidence is final.
CREATE TABLE telemetry_closed_epochs (epoch BIGINT PRIMARY KEY, closed_at BIGINT NOT NULL);
