-- Owned by Fleet: where the machines stand and what is in them.
CREATE TABLE sites (
    id TEXT PRIMARY KEY,
    provider_id TEXT NOT NULL,
    name TEXT NOT NULL,
    region TEXT NOT NULL,
    latitude DOUBLE PRECISION NOT NULL,
    longitude DOUBLE PRECISION NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Never overwritten: an epoch that was settled under earlier factors can be recomputed with them.
CREATE TABLE site_factors (
    site_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    pue_bps BIGINT NOT NULL,
    power_price_usd_per_mwh DOUBLE PRECISION NOT NULL,
    renewable_bps BIGINT NOT NULL,
    heat_reuse_bps BIGINT NOT NULL,
    PRIMARY KEY (site_id, version)
);

CREATE TABLE nodes (
    id TEXT PRIMARY KEY,
    provider_id TEXT NOT NULL,
    site_id TEXT NOT NULL,
    name TEXT NOT NULL,
    gpu_model TEXT NOT NULL,
    node_key TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);
CREATE INDEX nodes_by_site ON nodes (site_id, id);

CREATE TABLE node_gpus (
    uuid TEXT PRIMARY KEY,
    node_id TEXT NOT NULL,
    gpu_index BIGINT NOT NULL
);
CREATE UNIQUE INDEX node_gpus_by_node ON node_gpus (node_id, gpu_index);
