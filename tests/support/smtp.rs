//! A mail server on loopback that does what a test wants: takes a letter, refuses it, keeps it waiting, or goes away in the middle.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// What the server does with a letter.
#[derive(Clone)]
pub enum Manner {
    /// Takes it.
    Accept,
    /// Refuses the recipient for good.
    RefuseForGood,
    /// Refuses it for now.
    RefuseForNow,
    /// Goes away before the letter's end was sent: nothing was taken.
    DropBeforeEnd,
    /// Takes it and goes away before saying so.
    DropAfterEnd,
    /// Takes it once told to go on.
    Hold(Arc<Notify>),
}

/// A letter as it came.
#[derive(Clone, Debug)]
pub struct Received {
    /// Whom the envelope names.
    pub to: Vec<String>,
    /// The letter.
    pub data: String,
}

impl Received {
    /// A header of the letter.
    pub fn header(&self, name: &str) -> String {
        let head = self.data.split("\r\n\r\n").next().unwrap_or_default();
        let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let begins = format!("{}:", name.to_lowercase());
        let line = head.split("\r\n").find(|line| line.to_lowercase().starts_with(&begins));
        line.map(|line| line[begins.len()..].trim().to_owned()).unwrap_or_default()
    }
}

#[derive(Default)]
struct State {
    manners: VecDeque<Manner>,
    received: Vec<Received>,
}

/// A running mail server.
pub struct Smtp {
    /// Where it is, for the configuration.
    pub url: String,
    state: Arc<Mutex<State>>,
    task: tokio::task::JoinHandle<()>,
}

impl Smtp {
    /// Starts one that takes every letter.
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let state = Arc::<Mutex<State>>::default();
        let shared = state.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = shared.clone();
                tokio::spawn(async move {
                    let _ = talk(stream, &state).await;
                });
            }
        });
        Smtp { url, state, task }
    }

    /// What becomes of the next letters, in turn; those after them are taken.
    pub fn next(&self, manners: impl IntoIterator<Item = Manner>) {
        self.state.lock().unwrap().manners.extend(manners);
    }

    /// The letters that came whole, whatever the sender was told.
    pub fn received(&self) -> Vec<Received> {
        self.state.lock().unwrap().received.clone()
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn talk(stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 lantern.example ready\r\n").await?;
    let (mut to, mut manner) = (Vec::new(), Manner::Accept);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let verb = line.split_whitespace().next().unwrap_or_default().to_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-lantern.example\r\n250 8BITMIME\r\n",
            "MAIL" => {
                to.clear();
                manner = state.lock().unwrap().manners.pop_front().unwrap_or(Manner::Accept);
                "250 go on\r\n"
            }
            "RCPT" => match manner {
                Manner::RefuseForGood => "550 5.1.1 there is no such box\r\n",
                Manner::RefuseForNow => "451 4.2.1 not now\r\n",
                _ => {
                    let address = line.split(['<', '>']).nth(1).unwrap_or_default();
                    to.push(address.to_owned());
                    "250 go on\r\n"
                }
            },
            "DATA" => {
                stream.write_all(b"354 say it\r\n").await?;
                let Some(data) = data(&mut stream, &manner).await? else { return Ok(()) };
                state.lock().unwrap().received.push(Received { to: to.clone(), data });
                match &manner {
                    Manner::DropAfterEnd => return Ok(()),
                    Manner::Hold(go_on) => go_on.notified().await,
                    _ => {}
                }
                "250 2.0.0 taken\r\n"
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "250 as you like\r\n",
        };
        stream.write_all(answer.as_bytes()).await?;
    }
}

/// The letter up to its dot; None: the server goes away in the middle.
async fn data(stream: &mut BufReader<TcpStream>, manner: &Manner) -> std::io::Result<Option<String>> {
    let mut data = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        if matches!(manner, Manner::DropBeforeEnd) {
            return Ok(None);
        }
        if line == ".\r\n" {
            return Ok(Some(data));
        }
        data.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}
