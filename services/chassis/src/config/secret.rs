//! A secret is given as such, or as the name of a file that it is in, as Docker, Kubernetes and
//! systemd hand secrets over.

use std::path::{Path, PathBuf};

use clap::builder::{OsStringValueParser, TypedValueParser as _, ValueParser};
use secrecy::{ExposeSecret as _, SecretString};

use crate::error::BootError;

/// A setting's environment variable, and that of the file it may be in.
#[derive(Clone, Copy, Debug)]
pub struct Keys {
    /// Such as `POSTGRES_URL`.
    pub value: &'static str,
    /// Such as `POSTGRES_URL_FILE`.
    pub file: &'static str,
}

/// The secret, wherever it is; none where neither is set. A file's end of line is not part of it.
///
/// # Errors
/// When both are set, or the file cannot be read or is empty. None quotes the secret.
pub fn settle(
    keys: Keys,
    value: Option<&SecretString>,
    file: Option<&Path>,
) -> Result<Option<SecretString>, BootError> {
    let Some(file) = file.filter(|file| !file.as_os_str().is_empty()) else {
        return Ok(value.cloned());
    };
    let wrong = |problem| BootError::Config {
        key: keys.file,
        problem,
    };
    if value.is_some_and(|value| !value.expose_secret().is_empty()) {
        return Err(wrong(format!(
            "{} says the same thing; set one of them",
            keys.value
        )));
    }
    let text = std::fs::read_to_string(file)
        .map_err(|error| wrong(format!("{} cannot be read: {error}", file.display())))?;
    let text = SecretString::from(text);
    let secret = text.expose_secret().trim();
    if secret.is_empty() {
        return Err(wrong(format!("{} is empty", file.display())));
    }
    Ok(Some(secret.into()))
}

/// Parses a file's name. What is set to nothing is not set.
pub fn file() -> ValueParser {
    OsStringValueParser::new().map(PathBuf::from).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: Keys = Keys {
        value: "POSTGRES_URL",
        file: "POSTGRES_URL_FILE",
    };

    fn settled(value: Option<&str>, file: Option<&Path>) -> Result<Option<String>, String> {
        let value = value.map(SecretString::from);
        settle(KEYS, value.as_ref(), file)
            .map(|secret| secret.map(|secret| secret.expose_secret().to_owned()))
            .map_err(|error| {
                assert_eq!(error.exit_code(), crate::error::EXIT_CONFIG);
                error.to_string()
            })
    }

    #[test]
    fn a_secret_is_given_as_such_or_in_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("url");
        std::fs::write(&file, "postgres://pizza:hunter2@db/pizza\n").expect("written");
        let url = "postgres://pizza:hunter2@db/pizza".to_owned();
        assert_eq!(settled(None, None), Ok(None));
        assert_eq!(settled(Some(&url), None), Ok(Some(url.clone())));
        assert_eq!(settled(None, Some(&file)), Ok(Some(url.clone())));
        assert_eq!(settled(Some(""), Some(&file)), Ok(Some(url.clone())));
        assert_eq!(settled(Some(&url), Some(Path::new(""))), Ok(Some(url)));
    }

    #[test]
    fn what_is_wrong_is_one_line_that_names_the_key_and_not_the_secret() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("url");
        std::fs::write(&file, "hunter2").expect("written");
        let both = settled(Some("swordfish"), Some(&file)).expect_err("said twice");
        assert_eq!(
            both,
            "POSTGRES_URL_FILE: POSTGRES_URL says the same thing; set one of them"
        );
        std::fs::write(&file, " \n").expect("written");
        let missing = folder.path().join("none");
        for (file, why) in [(&file, "is empty"), (&missing, "cannot be read")] {
            let error = settled(None, Some(file)).expect_err("no secret");
            assert!(error.starts_with("POSTGRES_URL_FILE: "), "{error}");
            assert!(error.contains(why), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }
}
