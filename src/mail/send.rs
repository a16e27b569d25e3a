//! Sending what is queued: over SMTP, or into files of the outbox folder where no mail server is set.

use super::Form;
use super::form::From;
use crate::access::door;
use crate::config::is_here;
use crate::database::Database;
use crate::error::Error;
use crate::keys::Keys;
use lettre::message::{Mailbox, header::ContentType};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;
use uuid::Uuid;

/// How often the queue is looked at.
pub const EVERY: Duration = Duration::from_secs(2);
/// How many are taken at a time.
const AT_ONCE: i32 = 20;
/// How long a mail server may take with one.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where letters go.
pub enum Way {
    /// To a mail server.
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
    /// Into files of this folder, one a letter.
    Folder(PathBuf),
}

/// Why a message did not go, or may not have gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It never will.
    ForGood,
    /// It may later.
    ForNow,
    /// It was cut off: it may have gone.
    Unsure,
}

/// Sends letters for one installation.
pub struct Sender {
    way: Way,
    from: Mailbox,
    keys: Keys,
    base_url: String,
}

/// A letter that is due.
struct Due {
    id: Uuid,
    address: String,
    name: String,
    fields: Option<serde_json::Value>,
}

/// Why a letter did not go.
struct Failure {
    why: String,
    for_good: bool,
}

impl Sender {
    /// By the configuration: `smtp_url` if it is set, else the folder `outbox` under the data directory.
    ///
    /// # Errors
    /// [`Error::Refused`] when the URL or the sender's address cannot be read.
    pub fn new(
        smtp_url: Option<&str>,
        from: Option<&str>,
        data: &Path,
        base_url: &str,
        keys: &Keys,
    ) -> Result<Self, Error> {
        let way = match smtp_url {
            Some(url) if !in_private(url) => {
                return Err(Error::Refused(
                    "HUSTINGS_SMTP_URL would send letters and the password in clear: begin it with smtps://, or end it with ?tls=required"
                        .into(),
                ));
            }
            Some(url) => {
                let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| {
                    Error::Refused(
                        "HUSTINGS_SMTP_URL cannot be read: it begins smtps:// or smtp:// and names a server".into(),
                    )
                })?;
                Way::Smtp(Box::new(transport.timeout(Some(PATIENCE)).build()))
            }
            None => Way::Folder(data.join("outbox")),
        };
        let usual = || format!("Hustings <no-reply@{}>", host(base_url));
        let from = from.map_or_else(usual, str::to_owned).parse().map_err(|_| {
            Error::Refused("HUSTINGS_MAIL_FROM cannot be read: write it like Hustings <hustings@example.org>".into())
        })?;
        Ok(Sender { way, from, keys: keys.clone(), base_url: base_url.to_owned() })
    }

    /// Sends what is due; answers how many letters were taken up.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away. A letter that does not go is tried again later, and is no error.
    pub async fn send_due(&self, database: &Database) -> Result<usize, Error> {
        let due = take(database).await?;
        if due.is_empty() {
            return Ok(0);
        }
        let about = door::about(database).await?;
        let from = From { controller: &about.controller, contact: &about.contact, base_url: &self.base_url };
        for letter in &due {
            let gone = self.send(letter, from).await;
            if let Err(failure) = &gone {
                tracing::warn!(mail = %letter.id, why = %failure.why, "a letter did not go");
            }
            let (why, for_good) = match gone {
                Ok(()) => (None, false),
                Err(failure) => (Some(failure.why), failure.for_good),
            };
            sqlx::query!("select wall.end_mail($1, $2, $3)", letter.id, why, for_good).execute(database.door()).await?;
        }
        Ok(due.len())
    }

    async fn send(&self, due: &Due, from: From<'_>) -> Result<(), Failure> {
        let message = self.compose(due, from)?;
        match &self.way {
            Way::Smtp(server) => server.send(message).await.map(drop).map_err(|e| Failure {
                // What the server said, which names no more than the address that it was given.
                why: if e.is_permanent() {
                    "the mail server refuses it".into()
                } else {
                    "the mail server does not take it now".to_owned()
                },
                for_good: e.is_permanent(),
            }),
            Way::Folder(folder) => keep(folder, due.id, &message.formatted())
                .map_err(|e| Failure { why: format!("the outbox folder cannot be written: {e}"), for_good: false }),
        }
    }

    /// The installation's own sender.
    pub fn from(&self) -> Mailbox {
        self.from.clone()
    }

    /// The installation's host, for the ids of what is sent.
    pub fn host(&self) -> &str {
        host(&self.base_url)
    }

    /// The installation's address.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The installation's keys.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Whether there is no mail server.
    pub fn to_folder(&self) -> bool {
        matches!(self.way, Way::Folder(_))
    }

    /// Whether what has this id went; None: only the mail server knows.
    pub fn went(&self, id: Uuid) -> Option<bool> {
        match &self.way {
            Way::Smtp(_) => None,
            Way::Folder(folder) => Some(folder.join(format!("{id}.eml")).exists()),
        }
    }

    /// Sends one that must not go twice: the mail server is asked first whether it is there, so that what is cut off after
    /// that is told from what never began.
    ///
    /// # Errors
    /// Whether it is worth trying again.
    pub async fn post(&self, id: Uuid, message: Message) -> Result<(), Trouble> {
        match &self.way {
            Way::Smtp(server) => {
                if !server.test_connection().await.is_ok_and(|there| there) {
                    return Err(Trouble::ForNow);
                }
                server.send(message).await.map(drop).map_err(|e| match e {
                    e if e.is_permanent() => Trouble::ForGood,
                    e if e.is_transient() || e.is_tls() => Trouble::ForNow,
                    _ => Trouble::Unsure,
                })
            }
            Way::Folder(folder) => {
                let folder = folder.clone();
                // Side by side, and away from where requests are answered: each waits for the disk.
                let kept = tokio::task::spawn_blocking(move || keep(&folder, id, &message.formatted())).await;
                kept.map_err(|_| Trouble::ForNow)?.map_err(|_| Trouble::ForNow)
            }
        }
    }

    fn compose(&self, due: &Due, from: From<'_>) -> Result<Message, Failure> {
        let wrong = |why: &str| Failure { why: why.to_owned(), for_good: true };
        let fields = due.fields.clone().ok_or_else(|| wrong("nothing is left of it to send"))?;
        let form: Form = serde_json::from_value(fields).map_err(|_| wrong("this version has no such form"))?;
        let letter = form.letter(&self.keys, from).map_err(|e| wrong(&e.to_string()))?;
        let address: Address = due.address.parse().map_err(|_| wrong("this is no email address"))?;
        let name = Some(due.name.clone()).filter(|n| !n.is_empty());
        let greeting = name.as_ref().map_or_else(|| "Hello,".to_owned(), |name| format!("Dear {name},"));
        let sign = format!("{}\n{}", from.controller, from.base_url);
        let body = [vec![greeting], letter.paragraphs, vec![sign]].concat().join("\n\n") + "\n";
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(name, address))
            .subject(letter.subject)
            .message_id(Some(format!("<{}@{}>", due.id, host(&self.base_url))))
            .header(ContentType::TEXT_PLAIN)
            .body(body)
            .map_err(|e| wrong(&e.to_string()))
    }
}

/// Whether letters go over TLS by this URL, or no further than this machine. What is no such URL at all is refused as that.
fn in_private(url: &str) -> bool {
    let url = url.trim().to_ascii_lowercase();
    let Some(rest) = url.strip_prefix("smtp://") else { return true };
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let place = rest.split('/').next().unwrap_or_default();
    let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
    query.split('&').any(|part| part == "tls=required") || is_here(host(place))
}

/// The host of an address of the web, for a sender's own.
fn host(base_url: &str) -> &str {
    let rest = base_url.split_once("://").map_or(base_url, |(_, rest)| rest);
    rest.rsplit_once(':').map_or(rest, |(host, _)| host)
}

async fn take(database: &Database) -> Result<Vec<Due>, Error> {
    Ok(sqlx::query_as!(
        Due,
        r#"select mail_id as "id!", address as "address!", name as "name!", fields from wall.take_mail($1)"#,
        AT_ONCE
    )
    .fetch_all(database.door())
    .await?)
}

/// One file a letter, whole or not at all, for the operator's eyes alone.
fn keep(folder: &Path, id: Uuid, letter: &[u8]) -> std::io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let draft = folder.join(format!("{id}.part"));
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(letter)?;
    file.sync_all()?;
    fs::rename(&draft, folder.join(format!("{id}.eml")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sender_is_told_what_is_wrong_with_its_settings() {
        let (data, keys) = (Path::new("/nowhere"), Keys::of(Path::new("/nowhere")));
        let new = |smtp, from| Sender::new(smtp, from, data, "https://hustings.example.org", &keys).map(drop);
        assert!(
            new(None, None).is_ok()
                && new(Some("smtps://u:p@mail.example.org"), Some("Hustings <h@example.org>")).is_ok()
        );
        assert!(new(Some("mail.example.org"), None).unwrap_err().to_string().contains("HUSTINGS_SMTP_URL"));
        for in_clear in ["smtp://u:p@mail.example.org", "SMTP://u:p|@mail.example.org:25?tls=opportunistic"] {
            assert!(new(Some(in_clear), None).unwrap_err().to_string().contains("in clear"), "{in_clear}");
        }
        for in_private in ["smtp://u:p@mail.example.org:587?tls=required", "smtp://127.0.0.1:25", "smtp://localhost"] {
            assert!(new(Some(in_private), None).is_ok(), "{in_private}");
        }
        assert!(new(None, Some("nobody")).unwrap_err().to_string().contains("HUSTINGS_MAIL_FROM"));
        assert_eq!(
            (host("https://hustings.example.org"), host("http://127.0.0.1:8080")),
            ("hustings.example.org", "127.0.0.1")
        );
    }
}
