//! The files of `prometheus/`, as they were when this binary was built.

/// A file by its path in the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct File {
    /// Relative to the folder.
    pub path: &'static str,
    /// Its whole text.
    pub text: &'static str,
}

/// `prometheus.yml`, at stock speed.
pub const PROMETHEUS: File = File {
    path: "prometheus.yml",
    text: include_str!("../../../../prometheus/prometheus.yml"),
};

/// `alertmanager.yml`, at stock speed.
pub const ALERTMANAGER: File = File {
    path: "alertmanager.yml",
    text: include_str!("../../../../prometheus/alertmanager.yml"),
};

/// What people read, in Alertmanager's template language.
pub const TEMPLATES: File = File {
    path: "templates/people.tmpl",
    text: include_str!("../../../../prometheus/templates/people.tmpl"),
};

/// The rule files, at stock speed.
pub const RULES: [File; 6] = [
    File {
        path: "rules/pizza.yml",
        text: include_str!("../../../../prometheus/rules/pizza.yml"),
    },
    File {
        path: "rules/services.yml",
        text: include_str!("../../../../prometheus/rules/services.yml"),
    },
    File {
        path: "rules/delivery.yml",
        text: include_str!("../../../../prometheus/rules/delivery.yml"),
    },
    File {
        path: "rules/resources.yml",
        text: include_str!("../../../../prometheus/rules/resources.yml"),
    },
    File {
        path: "rules/slo.yml",
        text: include_str!("../../../../prometheus/rules/slo.yml"),
    },
    File {
        path: "rules/meta.yml",
        text: include_str!("../../../../prometheus/rules/meta.yml"),
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_rule_file_is_built_in() -> anyhow::Result<()> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../prometheus/rules");
        let mut on_disk = BTreeSet::new();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                on_disk.insert(format!("rules/{}", entry.file_name().to_string_lossy()));
            }
        }
        let built_in: BTreeSet<String> = RULES.iter().map(|file| file.path.to_owned()).collect();
        assert_eq!(built_in, on_disk);
        Ok(())
    }
}
