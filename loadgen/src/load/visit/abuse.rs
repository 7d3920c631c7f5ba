//! What scanners and broken clients send.

use http::Method;
use rand::Rng;
use rand::seq::IndexedRandom;

use super::{Intent, Visit};

/// Paths and methods that no shop of ours answers with anything but 404 or 405.
const SCANS: [(Method, &str); 10] = [
    (Method::GET, "/.env"),
    (Method::GET, "/.git/config"),
    (Method::GET, "/wp-login.php"),
    (Method::GET, "/phpmyadmin/index.php"),
    (Method::GET, "/cgi-bin/test"),
    (Method::GET, "/server-status"),
    (Method::GET, "/backup.zip"),
    (Method::GET, "/api/v1/users"),
    (Method::DELETE, "/menu"),
    (Method::PUT, "/orders"),
];

/// Bodies that are no orders: broken JSON, wrong types, empty, unknown, out of range.
const GARBAGE: [&str; 8] = [
    r#"{"customer":"Ada","address":"1 Main"#,
    "pizza, please",
    "[]",
    "{}",
    r#"{"customer":42,"address":true,"items":"margherita"}"#,
    r#"{"customer":"Ada","address":"1 Main Street","items":[]}"#,
    r#"{"customer":"Ada","address":"1 Main Street","items":[{"pizza":"cardboard","size":"large","quantity":1}]}"#,
    r#"{"customer":"Ada","address":"1 Main Street","items":[{"pizza":"margherita","size":"large","quantity":-1}]}"#,
];

pub(super) fn scan(rng: &mut impl Rng) -> Visit {
    let (method, path) = SCANS.choose(rng).cloned().unwrap_or((Method::GET, "/"));
    Visit {
        method,
        ..Visit::get(Intent::FindNothing, path.to_owned())
    }
}

pub(super) fn garbage(rng: &mut impl Rng) -> String {
    GARBAGE.choose(rng).copied().unwrap_or_default().to_owned()
}
