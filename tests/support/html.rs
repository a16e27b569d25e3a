//! Whether pages are valid HTML, by the Nu Html Checker, which takes seconds to start: so many pages at once.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// Pages to be checked together.
pub struct Pages {
    directory: TempDir,
    count: usize,
}

impl Pages {
    /// None yet.
    pub fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), count: 0 }
    }

    /// Adds a page under a name that the findings will show.
    pub fn add(&mut self, name: &str, html: &str) {
        let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        std::fs::write(self.directory.path().join(format!("{:03}{name}.html", self.count)), html).unwrap();
        self.count += 1;
    }

    /// What is wrong with them, one line each; best compared with an empty text.
    pub fn check(&self) -> String {
        assert!(self.count > 0, "no page to check");
        let output = Command::new("java")
            // A run of seconds: the second compiler and the parallel collector cost more than they save.
            .args(["-Xss4m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar"])
            .arg(checker())
            .args(["--format", "json", "--stdout", "--exit-zero-always", "--errors-only", "--skip-non-html"])
            .arg(self.directory.path())
            .output()
            .expect("java is installed");
        let findings: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!("the checker failed ({error}): {}", String::from_utf8_lossy(&output.stderr))
        });
        readable(&findings["messages"])
    }
}

fn readable(messages: &Value) -> String {
    let mut text = String::new();
    for message in messages.as_array().into_iter().flatten() {
        let page = message["url"].as_str().and_then(|url| url.rsplit('/').next()).unwrap_or_default();
        writeln!(text, "{page}: {}: {}", message["message"], message["extract"]).unwrap();
    }
    text
}

fn checker() -> std::path::PathBuf {
    let jar = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/tools/node_modules/vnu-jar/build/dist/vnu.jar");
    assert!(jar.exists(), "the checker is installed: run npm ci --ignore-scripts in tests/browser/tools");
    jar
}
