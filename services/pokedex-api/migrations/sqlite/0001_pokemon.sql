-- What data/pokemon.csv holds. The service fills both tables at its start.

CREATE TABLE pokemon (
    id     INTEGER NOT NULL PRIMARY KEY CHECK (id > 0), -- the national number
    name   TEXT    NOT NULL,
    key    TEXT    NOT NULL UNIQUE, -- the name as it is compared
    type_1 TEXT    NOT NULL,
    type_2 TEXT
) STRICT;

-- Which edition of the file is in the table: a digest, in one row.
CREATE TABLE edition (
    digest TEXT NOT NULL
) STRICT;
