//! All Pokémon as they come with the program: `data/pokemon.csv`, whose source is named beside it.

use serde::Serialize;

use crate::digest::digest;
use crate::name::NameKey;

const FILE: &str = include_str!("../data/pokemon.csv");

const HEADER: &str = "id,name,type_1,type_2";

/// What the database is filled with.
#[derive(Clone, Debug)]
pub struct Edition {
    /// One JSON object a Pokémon, its fields named like the table's columns, in one array.
    pub rows: String,
    /// Tells editions apart. It covers keys too, which the program makes: a program that makes
    /// other ones is another edition.
    pub digest: String,
}

/// A line of the file that makes no sense, which is a mistake of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {0} of the data file is not a Pokémon")]
pub struct BadLine(usize);

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Row<'a> {
    id: u16,
    name: &'a str,
    key: String,
    type_1: &'a str,
    type_2: Option<&'a str>,
}

impl Edition {
    /// Reads the file that is built in.
    ///
    /// # Errors
    /// When it was damaged before the build.
    pub fn built_in() -> Result<Self, BadLine> {
        Self::read(FILE)
    }

    fn read(file: &str) -> Result<Self, BadLine> {
        let mut lines = file.lines().zip(1..);
        if lines.next().is_none_or(|(line, _)| line != HEADER) {
            return Err(BadLine(1));
        }
        let rows: Vec<_> = lines
            .map(|(line, number)| row(line).ok_or(BadLine(number)))
            .collect::<Result<_, _>>()?;
        // Numbers and text always serialise.
        let rows = serde_json::to_string(&rows).unwrap_or_default();
        Ok(Self {
            digest: digest(rows.as_bytes()),
            rows,
        })
    }
}

/// No name holds a comma or a quotation mark: the file needs none of CSV's quoting.
fn row(line: &str) -> Option<Row<'_>> {
    let mut columns = line.split(',');
    let row = Row {
        id: columns.next()?.parse().ok()?,
        name: columns.next().filter(|name| !name.is_empty())?,
        key: String::new(),
        type_1: columns.next().filter(|name| !name.is_empty())?,
        type_2: Some(columns.next()?).filter(|name| !name.is_empty()),
    };
    let key = NameKey::of(row.name).as_str().to_owned();
    columns.next().is_none().then_some(Row { key, ..row })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_row() {
        let row = row("669,Flabébé,Fairy,").expect("a row");
        assert_eq!(
            row,
            Row {
                id: 669,
                name: "Flabébé",
                key: "flabébé".to_owned(),
                type_1: "Fairy",
                type_2: None,
            }
        );
    }

    #[test]
    fn a_damaged_file_is_refused_with_its_line() {
        let read = |body: &str| Edition::read(&format!("{HEADER}\n{body}")).err();
        assert_eq!(read("1,Bulbasaur,Grass,Poison\n"), None);
        for body in [
            "x,Bulbasaur,Grass,Poison",
            "1,,Grass,Poison",
            "1,Bulbasaur,,Poison",
            "1,Bulbasaur,Grass",
            "1,Bulbasaur,Grass,Poison,Dark",
            "",
        ] {
            let body = format!("1,Bulbasaur,Grass,Poison\n{body}\n");
            assert_eq!(read(&body), Some(BadLine(3)), "{body}");
        }
        assert_eq!(Edition::read("").err(), Some(BadLine(1)));
    }

    #[test]
    fn another_file_is_another_edition() {
        let of = |body: &str| Edition::read(&format!("{HEADER}\n{body}")).map(|it| it.digest);
        assert_eq!(of("1,A,Ice,"), of("1,A,Ice,"));
        assert_ne!(of("1,A,Ice,"), of("1,A,Ice,Ice"));
    }
}
