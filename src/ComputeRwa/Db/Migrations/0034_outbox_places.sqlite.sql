-- The place in the queue is counted from the queue itself.
DROP TABLE outbox_sequence;
