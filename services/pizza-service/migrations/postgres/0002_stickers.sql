-- The Pokémon of the sticker in the box; NULL where there was none to be had.

ALTER TABLE orders ADD COLUMN sticker jsonb;
