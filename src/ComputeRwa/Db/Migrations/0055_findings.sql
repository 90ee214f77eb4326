-- Owned by Telemetry: contradictions in what GPUs reported, written once. of_gpu is the GPU whose series it equals, or empty.
CREATE TABLE telemetry_findings (
    id TEXT PRIMARY KEY,
    epoch BIGINT NOT NULL,
    node_id TEXT NOT NULL,
    gpu_uuid TEXT NOT NULL,
    check_name TEXT NOT NULL,
    of_gpu TEXT NOT NULL,
    from_second BIGINT NOT NULL,
    to_second BIGINT NOT NULL,
    evidence TEXT NOT NULL,
    found_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX telemetry_findings_once ON telemetry_findings (epoch, gpu_uuid, check_name, of_gpu);
CREATE INDEX telemetry_findings_by_node ON telemetry_findings (node_id, id);
CREATE INDEX telemetry_findings_by_gpu ON telemetry_findings (gpu_uuid, epoch);

-- Up to which batch a node's samples of an epoch were checked, the fingerprints to compare other nodes and epochs with, and the energy of its GPUs.
CREATE TABLE telemetry_checked_nodes (
    epoch BIGINT NOT NULL,
    node_id TEXT NOT NULL,
    through_sequence BIGINT NOT NULL,
    prints BYTEA NOT NULL,
    milliwatt_seconds BIGINT NOT NULL,
    PRIMARY KEY (epoch, node_id)
);

-- is_final: checked after the epoch was closed, so that nothing can be found any more.
CREATE TABLE telemetry_checked_epochs (epoch BIGINT PRIMARY KEY, looked_at BIGINT NOT NULL, is_final BIGINT NOT NULL);
