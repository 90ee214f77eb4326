-- Owned by Telemetry: a batch is two rows. What stays for good: its hash and its sums.
DROP INDEX telemetry_batches_by_epoch;
ALTER TABLE telemetry_batches RENAME TO telemetry_batches_before;
ALTER TABLE telemetry_batches_before RENAME CONSTRAINT telemetry_batches_pkey TO telemetry_batches_before_pkey;
CREATE TABLE telemetry_batches (
    node_id TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    from_second BIGINT NOT NULL,
    step_seconds BIGINT NOT NULL,
    samples BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    trust BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    rollup BYTEA NOT NULL,
    PRIMARY KEY (node_id, sequence)
);
CREATE INDEX telemetry_batches_by_epoch ON telemetry_batches (epoch, node_id, sequence);

-- What goes when the epoch can no longer be challenged: in partitions of 32 epochs, which Telemetry/SampleStore.cs makes and drops.
CREATE TABLE telemetry_samples (
    epoch BIGINT NOT NULL,
    node_id TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    previous_hash BYTEA NOT NULL,
    signature BYTEA,
    columns BYTEA NOT NULL,
    PRIMARY KEY (epoch, node_id, sequence)
) PARTITION BY RANGE (epoch);
-- They are as small as they get: the server need not try.
ALTER TABLE telemetry_samples ALTER COLUMN columns SET STORAGE EXTERNAL;

DO $$
DECLARE part BIGINT;
BEGIN
    FOR part IN SELECT DISTINCT epoch / 32 FROM telemetry_batches_before LOOP
        EXECUTE format('CREATE TABLE telemetry_samples_%s PARTITION OF telemetry_samples FOR VALUES FROM (%s) TO (%s)', part, part * 32, part * 32 + 32);
    END LOOP;
END $$;

INSERT INTO telemetry_batches SELECT node_id, sequence, epoch, from_second, step_seconds, samples, decode(substr(hash, 3), 'hex'), trust, received_at, rollup
    FROM telemetry_batches_before;
INSERT INTO telemetry_samples SELECT epoch, node_id, sequence, decode(substr(previous_hash, 3), 'hex'), decode(substr(signature, 3), 'hex'), columns
    FROM telemetry_batches_before;
DROP TABLE telemetry_batches_before;

-- Through which epoch samples were dropped: one row, or none yet.
CREATE TABLE telemetry_dropped_samples (id BIGINT PRIMARY KEY, through_epoch BIGINT NOT NULL);
