-- Owned by Settlement: what a finding does to a lease's trust label; written once, before the lease starts.
CREATE TABLE lease_finding_policies (
    lease_id TEXT PRIMARY KEY,
    policy TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL
);
