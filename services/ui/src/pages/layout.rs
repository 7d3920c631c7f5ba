//! A page is its own part within what all pages have: the head, the navigation, the foot.

use super::files::Files;

/// One page of the navigation: its path, its word there, the file that it is made of.
const NAVIGATION: [(&str, &str, &str); 5] = [
    ("/", "Shop", "shop"),
    ("/fleet", "Fleet", "fleet"),
    ("/pokedex", "Pokédex", "pokedex"),
    ("/control", "Control room", "control"),
    ("/traces", "Traces", "traces"),
];

/// The whole page; none where a file of it is missing.
pub(super) fn page(files: &Files, name: &str) -> Option<String> {
    let layout = files.text("layout.html")?;
    let main = files.text(&format!("{name}.html"))?;
    let (_, title, _) = NAVIGATION.iter().find(|(_, _, file)| *file == name)?;
    let root = files.path("");
    Some(
        layout
            .replace("{{title}}", title)
            .replace("{{navigation}}", &navigation(name))
            .replace("{{main}}", &main)
            .replace("{{page}}", name)
            .replace("{{static}}", root.trim_end_matches('/')),
    )
}

fn navigation(current: &str) -> String {
    let link = |(path, word, file): &(&str, &str, &str)| {
        let here = if *file == current {
            r#" aria-current="page""#
        } else {
            ""
        };
        format!(r#"<a href="{path}"{here}>{word}</a>"#)
    };
    NAVIGATION
        .iter()
        .map(link)
        .collect::<Vec<_>>()
        .join("\n      ")
}
