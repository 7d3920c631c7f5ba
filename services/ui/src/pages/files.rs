//! The files under `static/`, embedded in the program.

use std::fmt::Write as _;

use bytes::Bytes;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Embedded;

/// All of them, and the version that they are together.
#[derive(Debug)]
pub(super) struct Files {
    version: String,
}

impl Files {
    /// Reads their hashes.
    pub(super) fn load() -> Self {
        let mut version = String::new();
        for path in Embedded::iter() {
            let hash = Embedded::get(&path).map(|file| file.metadata.sha256_hash());
            version = mix(&version, &path, &hash.unwrap_or_default());
        }
        Self { version }
    }

    /// 16 hexadecimal digits.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// Where a file is to be had.
    pub(super) fn path(&self, file: &str) -> String {
        format!("/static/{}/{file}", self.version)
    }

    /// A file's media type and content.
    #[expect(
        clippy::unused_self,
        reason = "where files come from is this type's to know"
    )]
    pub(super) fn get(&self, path: &str) -> Option<(&'static str, Bytes)> {
        let media_type = media_type(path)?;
        let content = Embedded::get(path)?.data;
        Some((media_type, content.into_owned().into()))
    }

    /// A file's text.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        let (_, content) = self.get(path)?;
        String::from_utf8(content.into()).ok()
    }
}

fn media_type(path: &str) -> Option<&'static str> {
    let (_, ending) = path.rsplit_once('.')?;
    Some(match ending {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => return None,
    })
}

/// FNV-1a over what came before, a name and a hash: it tells versions apart, and keeps no secret.
fn mix(before: &str, path: &str, hash: &[u8]) -> String {
    let bytes = before
        .bytes()
        .chain(path.bytes())
        .chain(hash.iter().copied());
    let mixed = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |mixed, byte| {
        (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut digits = String::with_capacity(16);
    // Writing into memory does not fail.
    let _ = write!(digits, "{mixed:016x}");
    digits
}
