-- The Pokémon of the sticker in the box as JSON; NULL where there was none to be had.

ALTER TABLE orders ADD COLUMN sticker TEXT;
