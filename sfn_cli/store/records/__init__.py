"""What a store holds, as plain records: the same for every store."""
