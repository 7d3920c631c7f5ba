-- What data/pokemon.csv holds. The service fills both tables at its start.

CREATE TABLE pokemon (
    id     integer NOT NULL PRIMARY KEY CHECK (id > 0), -- the national number
    name   text    NOT NULL,
    key    text    NOT NULL UNIQUE, -- the name as it is compared
    type_1 text    NOT NULL,
    type_2 text
);

-- Which edition of the file is in the table: a digest, in one row.
CREATE TABLE edition (
    digest text NOT NULL
);
