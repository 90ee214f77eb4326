-- Owned by Chain: commands that travel together in one transaction, their pack. A command of a pack has no nonce of its own.

-- pack_place is its index in the pack's call. alone: it was in a pack that failed as a whole, and is sent by itself from now on.
ALTER TABLE transactions ADD COLUMN pack_id TEXT;
ALTER TABLE transactions ADD COLUMN pack_place BIGINT;
ALTER TABLE transactions ADD COLUMN alone BIGINT NOT NULL DEFAULT 0;
CREATE INDEX transactions_by_pack ON transactions (pack_id, pack_place);
