//! The few pieces of markup that every part of the page is made of.

use std::fmt;

use super::words::NONE;

/// Text on its way into the page, between tags or inside a quoted attribute: it stays text.
pub(super) struct Text<'a>(&'a str);

/// Escapes `text` where it is written.
pub(super) const fn text(text: &str) -> Text<'_> {
    Text(text)
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            let (plain, special) = rest.split_at(at);
            f.write_str(plain)?;
            f.write_str(match special.as_bytes().first() {
                Some(b'&') => "&amp;",
                Some(b'<') => "&lt;",
                Some(b'>') => "&gt;",
                Some(b'"') => "&quot;",
                _ => "&#39;",
            })?;
            rest = special.get(1..).unwrap_or_default();
        }
        f.write_str(rest)
    }
}

/// The markup of each item, one after the other.
pub(super) fn each<T>(
    items: impl IntoIterator<Item = T>,
    markup: impl FnMut(T) -> String,
) -> String {
    items.into_iter().map(markup).collect::<Vec<_>>().concat()
}

/// A section with a heading. The heading is ours, never a name.
pub(super) fn section(class: &str, heading: &str, body: &str) -> String {
    format!("<section class=\"{class}\">\n<h2>{heading}</h2>\n{body}</section>\n")
}

/// A table cell whose column heading is repeated beside it where the table is too wide to stand.
/// There, a cell of nothing is left out.
pub(super) fn cell(heading: &str, content: &str) -> String {
    cell_of("", heading, content)
}

/// A [`cell`] with a figure.
pub(super) fn figure_cell(heading: &str, content: &str) -> String {
    cell_of("figure ", heading, content)
}

fn cell_of(class: &str, heading: &str, content: &str) -> String {
    let filled = if content == NONE { "empty" } else { "filled" };
    format!("<td class=\"{class}{filled}\" data-head=\"{heading}\">{content}</td>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_text_stays_text() {
        assert_eq!(
            text("<b title='x\">&é</b>").to_string(),
            "&lt;b title=&#39;x&quot;&gt;&amp;é&lt;/b&gt;"
        );
        assert_eq!(text("plain").to_string(), "plain");
        assert_eq!(text("").to_string(), "");
    }
}
