-- Owned by Leases: revenue reported for an epoch of a lease that is paid in a share of it, written once.
CREATE TABLE lease_revenue (
    lease_id TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    amount TEXT NOT NULL,
    source TEXT NOT NULL,
    reported_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (lease_id, epoch)
);
