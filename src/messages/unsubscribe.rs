//! The links by which people take back what they agreed to: in each message, good for years, without signing in. A link names a
//! record and a channel and is signed, so that nobody can make one for somebody else; it holds no name and no address.
//!
//! Opening one changes nothing, as mail programs and scanners open links by themselves: the button on its page does, or the
//! mail program's own post (RFC 8058).

pub mod pages;

use crate::error::Error;
use crate::keys::{Keys, Kind};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

/// By which ways somebody can be reached, the word of each in the database and on the page.
pub const CHANNELS: [(&str, &str); 4] =
    [("email", "Email"), ("text", "Text messages"), ("phone", "Telephone calls"), ("post", "Post")];

/// Bytes of a link before its signature: the channel, and whose record.
const NAMED: usize = 17;

/// The addresses that a message carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    /// Where a person is led: a page with a button.
    pub page: String,
    /// What `List-Unsubscribe` names: a mail program may post to it by itself.
    pub one_click: String,
}

/// What a link of ours names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// Whose record.
    pub person: Uuid,
    /// The channel of the message.
    pub channel: &'static str,
}

/// The links of a message to somebody by a channel.
///
/// # Errors
/// [`Error::Refused`] when the key cannot be read; [`Error::Internal`] for a channel that there is not.
pub fn links(keys: &Keys, base_url: &str, person: Uuid, channel: &str) -> Result<Links, Error> {
    let place = CHANNELS.iter().position(|(word, _)| *word == channel);
    let place = place.and_then(|p| u8::try_from(p).ok()).ok_or_else(|| Error::internal("no such channel"))?;
    let named = [&[place], person.as_bytes().as_slice()].concat();
    let mac = keys.newest(Kind::Unsubscribe)?.mac(&named);
    let page = format!("{base_url}/unsubscribe/{}", URL_SAFE_NO_PAD.encode([named, mac].concat()));
    Ok(Links { one_click: format!("{page}/one-click"), page })
}

/// What is as long as the page of any link, for counting letters before it is known whose it is.
pub fn stand_in(base_url: &str) -> String {
    format!("{base_url}/unsubscribe/{}", URL_SAFE_NO_PAD.encode([0; NAMED + 32]))
}

/// What a token names; None: we did not make it.
///
/// # Errors
/// [`Error::Refused`] when the keys cannot be read.
pub fn read(keys: &Keys, token: &str) -> Result<Option<Named>, Error> {
    let Some(bytes) = URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| bytes.len() == NAMED + 32) else {
        return Ok(None);
    };
    let (named, mac) = bytes.split_at(NAMED);
    if !keys.all(Kind::Unsubscribe)?.iter().any(|key| key.made(named, mac)) {
        return Ok(None);
    }
    let channel = CHANNELS.get(usize::from(named[0])).map(|(word, _)| *word);
    Ok(channel.zip(Uuid::from_slice(&named[1..]).ok()).map(|(channel, person)| Named { person, channel }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn token(links: &Links) -> &str {
        links.page.rsplit('/').next().unwrap()
    }

    #[test]
    fn a_link_is_good_after_its_key_was_rotated_and_for_nobody_else() {
        let data = tempfile::tempdir().unwrap();
        let keys = Keys::of(data.path());
        let person = Uuid::now_v7();
        let made = links(&keys, "https://hustings.example.org", person, "email").unwrap();
        assert_eq!(read(&keys, token(&made)).unwrap(), Some(Named { person, channel: "email" }));
        keys.rotate(Kind::Unsubscribe).unwrap();
        assert_eq!(read(&keys, token(&made)).unwrap(), Some(Named { person, channel: "email" }));
        let newer = links(&keys, "https://hustings.example.org", person, "email").unwrap();
        assert_ne!(newer, made);
        assert_eq!(stand_in("https://hustings.example.org").len(), made.page.len());
        let text = links(&keys, "https://hustings.example.org", person, "text").unwrap();
        assert_eq!(read(&keys, token(&text)).unwrap().unwrap().channel, "text");
        assert!(links(&keys, "", person, "pigeon").is_err());
        let elsewhere = tempfile::tempdir().unwrap();
        assert_eq!(read(&Keys::of(elsewhere.path()), token(&made)).unwrap(), None, "another installation's");
    }

    proptest! {
        #[test]
        fn no_altered_link_names_anybody(at in 0usize..49, by in 1u8..=255, junk in ".{0,90}") {
            let data = tempfile::tempdir().unwrap();
            let keys = Keys::of(data.path());
            let made = links(&keys, "", Uuid::now_v7(), "email").unwrap();
            let mut bytes = URL_SAFE_NO_PAD.decode(token(&made)).unwrap();
            bytes[at] ^= by;
            prop_assert_eq!(read(&keys, &URL_SAFE_NO_PAD.encode(&bytes)).unwrap(), None);
            prop_assert_eq!(read(&keys, &junk).unwrap(), None);
        }
    }
}
