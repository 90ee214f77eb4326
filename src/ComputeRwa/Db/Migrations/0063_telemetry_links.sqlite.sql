-- Owned by Telemetry: a batch names its node by a number, and not the hash before its own, which is that of the batch before it.
CREATE TABLE telemetry_nodes (number INTEGER PRIMARY KEY, node_id TEXT NOT NULL UNIQUE);
INSERT INTO telemetry_nodes (node_id) SELECT DISTINCT node_id FROM telemetry_batches ORDER BY node_id;

-- What stays for good: its hash and its sums.
CREATE TABLE telemetry_links (
    node BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    from_second BIGINT NOT NULL,
    step_seconds BIGINT NOT NULL,
    samples BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    trust BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    rollup BYTEA NOT NULL,
    PRIMARY KEY (node, sequence)
) WITHOUT ROWID;
INSERT INTO telemetry_links SELECT n.number, b.sequence, b.epoch, b.from_second, b.step_seconds, b.samples, b.hash, b.trust, b.received_at, b.rollup
    FROM telemetry_nodes n JOIN telemetry_batches b ON b.node_id = n.node_id;
-- Its entries end with the primary key, as all of such a table do: in an epoch a node's batches are in order.
CREATE INDEX telemetry_links_by_epoch ON telemetry_links (epoch, node);

-- What goes when the epoch can no longer be challenged. A row holds the samples of one batch, or of some that follow one another, under the number of the last
-- (Telemetry/SampleRows.cs).
ALTER TABLE telemetry_samples RENAME TO telemetry_samples_before;
CREATE TABLE telemetry_samples (
    epoch BIGINT NOT NULL,
    node BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    batches BIGINT NOT NULL,
    signatures BYTEA,
    columns BYTEA NOT NULL,
    rest BYTEA,
    PRIMARY KEY (epoch, node, sequence)
);
INSERT INTO telemetry_samples SELECT s.epoch, n.number, s.sequence, 1, s.signature, s.columns, NULL FROM telemetry_samples_before s JOIN telemetry_nodes n ON n.node_id = s.node_id;
DROP TABLE telemetry_samples_before;
DROP TABLE telemetry_batches;

-- For whoever reads: all batches under the names of their nodes. Who looks for a number compares its place, and who joins two batches joins by node.
CREATE VIEW telemetry_batches AS
    SELECT n.node_id, b.node, b.sequence AS place, b.sequence, b.epoch, b.from_second, b.step_seconds, b.samples, b.hash, b.trust, b.received_at, b.rollup
    -- CROSS JOIN is the order for SQLite: first the node by its name, then its batches by the key. It took an epoch's batches of all nodes first.
    FROM telemetry_nodes n CROSS JOIN telemetry_links b ON b.node = n.number;
