//! PDFs as other programs see them: checked by qpdf, read by poppler, their codes by zbar. None of it is ours.

use super::app::Actor;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// A PDF in a folder of its own.
pub struct Pdf {
    folder: TempDir,
}

/// A word on a page, in millimetres from its upper left corner.
#[derive(Debug, Clone)]
pub struct Word {
    /// Which page, from 1.
    pub page: usize,
    /// The word.
    pub text: String,
    /// Left, top, right, bottom.
    pub at: [f64; 4],
}

impl Pdf {
    /// Of these bytes, which qpdf finds whole.
    #[track_caller]
    pub fn of(bytes: &[u8]) -> Self {
        assert!(bytes.starts_with(b"%PDF-"), "{}", String::from_utf8_lossy(&bytes[..bytes.len().min(300)]));
        let pdf = Pdf { folder: tempfile::tempdir().unwrap() };
        std::fs::write(pdf.path(), bytes).unwrap();
        let checked = Command::new("qpdf").arg("--check").arg(pdf.path()).output().expect("qpdf is installed");
        assert!(checked.status.success(), "{}{}", text(&checked.stdout), text(&checked.stderr));
        pdf
    }

    /// The file of a run, fetched as its page offers it.
    pub async fn fetched(actor: &Actor, run: &str) -> Self {
        let answer = actor.client.get(format!("{}{run}/file", actor.base)).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{run}: {}", answer.text().await.unwrap());
        assert_eq!(answer.headers()["content-type"], "application/pdf");
        assert!(answer.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
        Pdf::of(&answer.bytes().await.unwrap())
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("file.pdf")
    }

    /// How many pages it has.
    pub fn pages(&self) -> usize {
        let out = Command::new("qpdf").arg("--show-npages").arg(self.path()).output().unwrap();
        text(&out.stdout).trim().parse().unwrap()
    }

    /// Each page's text, in the order in which it is read.
    pub fn texts(&self) -> Vec<String> {
        let out =
            Command::new("pdftotext").arg("-layout").arg(self.path()).arg("-").output().expect("poppler is installed");
        let mut pages: Vec<String> = text(&out.stdout).split('\u{c}').map(str::to_owned).collect();
        pages.pop();
        pages
    }

    /// All its text on one line, with single spaces.
    pub fn text(&self) -> String {
        self.texts().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Every word with its place.
    pub fn words(&self) -> Vec<Word> {
        let out = Command::new("pdftotext").arg("-bbox").arg(self.path()).arg("-").output().unwrap();
        let (html, mut page, mut words) = (text(&out.stdout), 0, Vec::new());
        for line in html.lines().map(str::trim) {
            if line.starts_with("<page ") {
                page += 1;
            } else if let Some(rest) = line.strip_prefix("<word ") {
                let value = |name: &str| {
                    let after = rest.split(&format!("{name}=\"")).nth(1).unwrap();
                    after.split('"').next().unwrap().parse::<f64>().unwrap() * 25.4 / 72.0
                };
                let said = rest.split('>').nth(1).unwrap().split("</word").next().unwrap();
                let said = said.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
                words.push(Word { page, text: said, at: [value("xMin"), value("yMin"), value("xMax"), value("yMax")] });
            }
        }
        words
    }

    /// What the codes on a page say, as zbar reads them from its picture: bar codes and QR codes, sorted.
    pub fn codes(&self, page: usize) -> Vec<String> {
        let picture = self.picture(page, 300);
        let out = Command::new("zbarimg").args(["--quiet", "--raw"]).arg(&picture).output().expect("zbar is installed");
        let mut codes: Vec<String> = text(&out.stdout).lines().map(str::to_owned).collect();
        codes.sort();
        codes
    }

    /// A page drawn as PNG.
    pub fn picture(&self, page: usize, ppi: usize) -> PathBuf {
        let stem = self.folder.path().join(format!("page-{page}-{ppi}"));
        let (page, ppi) = (page.to_string(), ppi.to_string());
        let drawn = Command::new("pdftoppm")
            .args(["-r", &ppi, "-f", &page, "-l", &page, "-png", "-singlefile"])
            .arg(self.path())
            .arg(&stem)
            .output()
            .unwrap();
        assert!(drawn.status.success(), "{}", text(&drawn.stderr));
        stem.with_extension("png")
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
