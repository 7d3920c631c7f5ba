-- The name of the van that an order left on; NULL while it waits.

ALTER TABLE orders ADD COLUMN vehicle TEXT;
