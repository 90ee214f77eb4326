-- Owned by Telemetry: signed batches that came before their predecessors. They are no links yet and count for nothing.
CREATE TABLE telemetry_waiting (
    node_id TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    from_second BIGINT NOT NULL,
    step_seconds BIGINT NOT NULL,
    samples BIGINT NOT NULL,
    previous_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    signature BYTEA NOT NULL,
    received_at BIGINT NOT NULL,
    size BIGINT NOT NULL,
    rollup BYTEA NOT NULL,
    columns BYTEA NOT NULL,
    PRIMARY KEY (node_id, sequence)
);
CREATE INDEX telemetry_waiting_by_epoch ON telemetry_waiting (epoch, node_id);

-- Those that waited and can never be links, without their samples: what was sent is with its node.
CREATE TABLE telemetry_refused_waiting (
    id TEXT PRIMARY KEY,
    node_id TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    from_second BIGINT NOT NULL,
    to_second BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    reason TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    refused_at BIGINT NOT NULL
);
CREATE INDEX telemetry_refused_waiting_by_node ON telemetry_refused_waiting (node_id, id);
