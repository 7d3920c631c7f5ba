//! Where an HTTP/1.1 response ends, and no more than that.

use httparse::{EMPTY_HEADER, Response, Status, parse_chunk_size};
use thiserror::Error;

/// A response whose head has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) status: u16,
    /// The bytes of the head itself.
    pub(super) length: usize,
    pub(super) body: Body,
    /// The server closes the connection after this one.
    pub(super) closes: bool,
}

/// How the body's end is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    Length(u64),
    Chunked,
    UntilClose,
}

/// What is no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum Malformed {
    #[error("the response is no HTTP/1.1: {0}")]
    Head(#[from] httparse::Error),
    #[error("the response has a content length that is no number")]
    Length,
    #[error("the response has a chunk that is malformed")]
    Chunk,
}

const MOST_HEADERS: usize = 64;

/// The head at the beginning of `bytes`; nothing if it is not complete yet.
pub(super) fn head(bytes: &[u8], asked_by_head: bool) -> Result<Option<Head>, Malformed> {
    let mut headers = [EMPTY_HEADER; MOST_HEADERS];
    let mut response = Response::new(&mut headers);
    let Status::Complete(length) = response.parse(bytes)? else {
        return Ok(None);
    };
    let status = response.code.unwrap_or_default();
    let mut body = Body::UntilClose;
    let mut closes = response.version == Some(0);
    for header in response.headers.iter() {
        if header.name.eq_ignore_ascii_case("content-length") && body != Body::Chunked {
            body = Body::Length(number(header.value).ok_or(Malformed::Length)?);
        } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
            body = Body::Chunked;
        } else if header.name.eq_ignore_ascii_case("connection") {
            closes = header.value.eq_ignore_ascii_case(b"close");
        }
    }
    if asked_by_head || status == 204 || status == 304 {
        body = Body::Length(0);
    }
    closes |= body == Body::UntilClose;
    Ok(Some(Head {
        status,
        length,
        body,
        closes,
    }))
}

/// The length of the chunked body at the beginning of `bytes`; nothing if it is not complete yet.
pub(super) fn chunked_length(bytes: &[u8]) -> Result<Option<usize>, Malformed> {
    let mut at = 0;
    while let Status::Complete((line, size)) =
        parse_chunk_size(&bytes[at..]).map_err(|_| Malformed::Chunk)?
    {
        if size == 0 {
            return Ok(trailers_length(&bytes[at + line..]).map(|trailers| at + line + trailers));
        }
        let size = usize::try_from(size).map_err(|_| Malformed::Chunk)?;
        let end = size
            .checked_add(line + at + NEW_LINE.len())
            .ok_or(Malformed::Chunk)?;
        if end > bytes.len() {
            return Ok(None);
        }
        at = end;
    }
    Ok(None)
}

/// Trailers end with an empty line; mostly they are nothing else.
fn trailers_length(bytes: &[u8]) -> Option<usize> {
    if bytes.starts_with(NEW_LINE) {
        return Some(NEW_LINE.len());
    }
    let end = bytes
        .windows(END_OF_HEAD.len())
        .position(|window| window == END_OF_HEAD)?;
    Some(end + END_OF_HEAD.len())
}

fn number(value: &[u8]) -> Option<u64> {
    std::str::from_utf8(value).ok()?.trim().parse().ok()
}

const NEW_LINE: &[u8] = b"\r\n";
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Head {
        head(text.as_bytes(), false)
            .expect("well formed")
            .expect("complete")
    }

    #[test]
    fn the_head_tells_where_the_body_ends() {
        let plain = of("HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n");
        assert_eq!(
            (plain.status, plain.body, plain.closes),
            (200, Body::Length(11), false)
        );
        let chunked =
            of("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
        assert_eq!(
            (chunked.status, chunked.body, chunked.closes),
            (404, Body::Chunked, true)
        );
        let old = of("HTTP/1.0 200 OK\r\n\r\nhello");
        assert_eq!(
            (old.body, old.closes, old.length),
            (Body::UntilClose, true, 19)
        );
        assert_eq!(of("HTTP/1.1 204 No Content\r\n\r\n").body, Body::Length(0));
    }

    #[test]
    fn half_a_head_is_not_one_and_nonsense_never_will_be() {
        assert_eq!(head(b"HTTP/1.1 200 OK\r\ncontent-le", false), Ok(None));
        assert!(head(b"SSH-2.0-OpenSSH\r\n", false).is_err());
        assert_eq!(
            head(b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n", false),
            Err(Malformed::Length)
        );
    }

    #[test]
    fn chunks_are_counted_to_their_end_and_not_before() {
        for body in [
            "5\r\nhello\r\n0\r\n\r\n",
            "1\r\na\r\n2;x=y\r\nbc\r\n0\r\nsum: 3\r\n\r\n",
            "0\r\n\r\n",
        ] {
            let bytes = format!("{body}HTTP/1.1 200 OK");
            assert_eq!(
                chunked_length(bytes.as_bytes()),
                Ok(Some(body.len())),
                "{body:?}"
            );
            for cut in 0..body.len() {
                assert_eq!(
                    chunked_length(&body.as_bytes()[..cut]),
                    Ok(None),
                    "{body:?} cut at {cut}"
                );
            }
        }
        assert_eq!(chunked_length(b"xyz\r\n"), Err(Malformed::Chunk));
    }
}
