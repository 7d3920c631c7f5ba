//! The documentation page, from the OpenAPI document.

use std::fmt::Write as _;

use serde_json::Value;

use super::escape;

/// The style sheet is the only thing that the page uses.
pub(super) const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'self'; frame-ancestors 'none'";

pub(super) const STYLE: &str = "
:root{color-scheme:light dark;--line:#8884;--soft:#8881}
body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem}
h1{margin-bottom:0}article{border:1px solid var(--line);border-radius:.5rem;margin:1rem 0;padding:0 1rem 1rem}
h2{font-size:1rem;margin:.8rem 0 .3rem}h2 code{font-size:1.05rem}
.m{display:inline-block;min-width:3.6rem;font-weight:700}
table{border-collapse:collapse;width:100%}td,th{border-top:1px solid var(--line);padding:.25rem .5rem .25rem 0;text-align:left;vertical-align:top}
pre{background:var(--soft);padding:.7rem;border-radius:.4rem;overflow:auto;font-size:.85rem}
summary{cursor:pointer}";

/// The whole page.
pub(super) fn render(api: &Value) -> String {
    let title = text(&api["info"]["title"]);
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <link rel=\"stylesheet\" href=\"docs.css\"><h1>{title}</h1><p>{} · version {} · \
         <a href=\"openapi.json\">openapi.json</a></p>",
        text(&api["info"]["description"]),
        text(&api["info"]["version"]),
    );
    for (path, item) in fields(&api["paths"]) {
        for (method, operation) in fields(item) {
            operation_card(&mut page, method, path, operation);
        }
    }
    page.push_str("<h1>Schemas</h1>");
    for (name, schema) in fields(&api["components"]["schemas"]) {
        // Writing into memory does not fail, here and below.
        let _ = write!(
            page,
            "<article id=\"{0}\"><h2>{0}</h2><p>{1}</p><details><summary>schema</summary><pre>{2}</pre></details></article>",
            escape(name),
            text(&schema["description"]),
            pretty(schema),
        );
    }
    page.push_str("</html>\n");
    page
}

fn operation_card(page: &mut String, method: &str, path: &str, operation: &Value) {
    let _ = write!(
        page,
        "<article><h2><span class=\"m\">{}</span> <code>{}</code></h2><p>{}</p>",
        escape(&method.to_uppercase()),
        escape(path),
        text(&operation["summary"]),
    );
    let parameters = operation["parameters"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    if !parameters.is_empty() {
        page.push_str("<table><tr><th>parameter<th>in<th>meaning</tr>");
        for parameter in parameters {
            let _ = write!(
                page,
                "<tr><td><code>{}</code><td>{}<td>{}</tr>",
                text(&parameter["name"]),
                text(&parameter["in"]),
                text(&parameter["description"]),
            );
        }
        page.push_str("</table>");
    }
    for (media_type, content) in fields(&operation["requestBody"]["content"]) {
        let example = if content["example"].is_null() {
            &content["schema"]
        } else {
            &content["example"]
        };
        let _ = write!(
            page,
            "<p>Body, {}:</p><pre>{}</pre>",
            escape(media_type),
            pretty(example)
        );
    }
    page.push_str("<table><tr><th>answer<th>meaning<th>body</tr>");
    for (status, answer) in fields(&operation["responses"]) {
        let _ = write!(
            page,
            "<tr><td>{}<td>{}<td>{}</tr>",
            escape(status),
            text(&answer["description"]),
            body_of(answer)
        );
    }
    page.push_str("</table></article>");
}

fn body_of(answer: &Value) -> String {
    let mut links = String::new();
    for (_, content) in fields(&answer["content"]) {
        let reference = content["schema"]["$ref"].as_str();
        if let Some(name) = reference.and_then(|path| path.rsplit('/').next()) {
            let _ = write!(links, "<a href=\"#{0}\">{0}</a>", escape(name));
        }
    }
    links
}

fn fields(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, field)| (name.as_str(), field))
}

fn text(value: &Value) -> String {
    escape(value.as_str().unwrap_or(""))
}

fn pretty(value: &Value) -> String {
    escape(&format!("{value:#}"))
}
