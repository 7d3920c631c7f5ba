//! `traces.json`: the spans that the company's receiver has of the window, as OTLP JSON.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use reqwest::{Client, Method};
use serde::Deserialize;
use serde_json::Value;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use url::Url;

use super::{DatasetError, Window, Written, cannot_write};
use crate::drill::http::{Api, HttpError, json};

/// Time that is asked for at once.
const SLICE: Duration = Duration::seconds(10);
/// Time that is not cut any further, however many spans are in it.
const THINNEST: Duration = Duration::milliseconds(100);

/// What the receiver answers.
#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "resourceSpans")]
    resource_spans: Vec<Value>,
}

/// Writes the file slice by slice.
pub(super) async fn write(
    path: &Path,
    client: Client,
    loadgen: Url,
    window: Window,
) -> Result<Written, DatasetError> {
    let failed = cannot_write(path);
    let api = Api::new(client, loadgen);
    let mut out = BufWriter::new(File::create(path).map_err(&failed)?);
    out.write_all(b"{\"resourceSpans\":[").map_err(&failed)?;
    let (mut rows, mut left_off, mut written) = (0, 0, Written::default());
    let (mut at, mut slice) = (window.from, SLICE);
    while at < window.to {
        let until = (at + slice).min(window.to);
        let (answer, over) = match ask(&api, at, until).await {
            Ok(answered) => answered,
            Err(error) => {
                written.missing.push(format!("traces: {error}"));
                break;
            }
        };
        if over > 0 && slice > THINNEST {
            slice /= 2;
            continue;
        }
        for spans in &answer.resource_spans {
            let comma = if rows == 0 { "\n" } else { ",\n" };
            write!(out, "{comma}{spans}").map_err(&failed)?;
            rows += 1;
        }
        left_off += over;
        (at, slice) = (until, SLICE);
    }
    out.write_all(b"\n]}\n")
        .and_then(|()| out.flush())
        .map_err(&failed)?;
    if left_off > 0 {
        written
            .missing
            .push(format!("traces: {left_off} spans were too many at once"));
    }
    written.files.push(("traces.json".to_owned(), rows));
    Ok(written)
}

/// The spans that began in that time, and how many more there are.
async fn ask(
    api: &Api,
    from: OffsetDateTime,
    to: OffsetDateTime,
) -> Result<(Answer, usize), HttpError> {
    // Times of this century can be written.
    let word = |at: OffsetDateTime| at.format(&Rfc3339).unwrap_or_default();
    let range = [("from", word(from)), ("to", word(to))];
    let request = api.request(Method::GET, "/traces").query(&range);
    let response = api.send(request).await?;
    let over = response.headers().get("x-left-off");
    let over = over.and_then(|over| over.to_str().ok()?.parse().ok());
    Ok((json(response).await?, over.unwrap_or(0)))
}
