-- Owned by Telemetry: a batch names its node by a number, and not the hash before its own, which is that of the batch before it.
CREATE TABLE telemetry_nodes (number INT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, node_id TEXT NOT NULL UNIQUE);
INSERT INTO telemetry_nodes (node_id) SELECT DISTINCT node_id FROM telemetry_batches ORDER BY node_id;

-- What stays for good: its hash and its sums. The widest first, so that nothing is left free between them.
CREATE TABLE telemetry_links (
    received_at BIGINT NOT NULL,
    from_second BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    node INT NOT NULL,
    sequence INT NOT NULL,
    step_seconds SMALLINT NOT NULL,
    samples SMALLINT NOT NULL,
    trust SMALLINT NOT NULL,
    hash BYTEA NOT NULL,
    rollup BYTEA NOT NULL
);
INSERT INTO telemetry_links (received_at, from_second, epoch, node, sequence, step_seconds, samples, trust, hash, rollup)
    SELECT b.received_at, b.from_second, b.epoch, n.number, b.sequence, b.step_seconds, b.samples, b.trust, b.hash, b.rollup
    FROM telemetry_batches b JOIN telemetry_nodes n ON n.node_id = b.node_id;
ALTER TABLE telemetry_links ADD PRIMARY KEY (node, sequence);
-- Without the number, equal entries are kept as one with a list of places: a seventh of the size.
CREATE INDEX telemetry_links_by_epoch ON telemetry_links (epoch, node);

-- What goes when the epoch can no longer be challenged: in partitions of 32 epochs, which Telemetry/SampleStore.cs makes and drops. A row holds the samples of
-- one batch, or of some that follow one another, under the number of the last
-- (Telemetry/SampleRows.cs); only whole pieces of 1,996 bytes of them leave the row.
ALTER TABLE telemetry_samples RENAME TO telemetry_samples_before;
ALTER TABLE telemetry_samples_before RENAME CONSTRAINT telemetry_samples_pkey TO telemetry_samples_before_pkey;
CREATE TABLE telemetry_samples (
    epoch BIGINT NOT NULL,
    node BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    batches BIGINT NOT NULL,
    signatures BYTEA,
    columns BYTEA NOT NULL,
    rest BYTEA,
    PRIMARY KEY (epoch, node, sequence)
) PARTITION BY RANGE (epoch);
-- They are as small as they get: the server need not try.
ALTER TABLE telemetry_samples ALTER COLUMN columns SET STORAGE EXTERNAL;
ALTER TABLE telemetry_samples ALTER COLUMN signatures SET STORAGE EXTERNAL;
ALTER TABLE telemetry_samples ALTER COLUMN rest SET STORAGE EXTERNAL;

DO $$
DECLARE part TEXT;
BEGIN
    FOR part IN SELECT substr(c.relname, length('telemetry_samples_') + 1) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = CAST('telemetry_samples_before' AS regclass) LOOP
        EXECUTE format('ALTER TABLE telemetry_samples_%s RENAME TO telemetry_samples_before_%s', part, part);
        EXECUTE format('ALTER TABLE telemetry_samples_before_%s RENAME CONSTRAINT telemetry_samples_%s_pkey TO telemetry_samples_before_%s_pkey', part, part, part);
        EXECUTE format('CREATE TABLE telemetry_samples_%s PARTITION OF telemetry_samples FOR VALUES FROM (%s) TO (%s) WITH (toast_tuple_target = 4080)', part, CAST(part AS BIGINT) * 32, CAST(part AS BIGINT) * 32 + 32);
    END LOOP;
END $$;
INSERT INTO telemetry_samples SELECT s.epoch, n.number, s.sequence, 1, s.signature, s.columns, NULL FROM telemetry_samples_before s JOIN telemetry_nodes n ON n.node_id = s.node_id;
DROP TABLE telemetry_samples_before;
DROP TABLE telemetry_batches;

-- For whoever reads: all batches under the names of their nodes. Who looks for a number compares its place, and who joins two batches joins by node, as the index has it.
CREATE VIEW telemetry_batches AS
    SELECT n.node_id, b.node, b.sequence AS place, CAST(b.sequence AS BIGINT) AS sequence, b.epoch, b.from_second, CAST(b.step_seconds AS BIGINT) AS step_seconds, CAST(b.samples AS BIGINT) AS samples, b.hash,
           CAST(b.trust AS BIGINT) AS trust, b.received_at, b.rollup
    FROM telemetry_nodes n JOIN telemetry_links b ON b.node = n.number;
